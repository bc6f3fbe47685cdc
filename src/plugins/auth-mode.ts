import { type Config, ConfigError } from "../config.ts";
import { isLoopback } from "./loopback.ts";

/** Whether keys are asked for. Throws ConfigError for a server open to the network without them. */
export function asksForKeys({ UNROLL_AUTH, UNROLL_HOST }: Config): boolean {
  const isLocal = isLoopback(UNROLL_HOST);
  if (UNROLL_AUTH !== "off") return UNROLL_AUTH === "on" || !isLocal;
  if (isLocal) return false;
  throw new ConfigError(
    `UNROLL_AUTH=off is for loopback only, and UNROLL_HOST is ${UNROLL_HOST}: anyone who reaches it could do anything. Set UNROLL_AUTH=auto.`,
  );
}
