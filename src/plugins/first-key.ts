import { readFile } from "node:fs/promises";
import fp from "fastify-plugin";
import { type Config, ConfigError } from "../config.ts";
import { AppError } from "../errors.ts";
import type { KeyStore } from "../store/store.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The admin key made at this start, to be shown once; null at every other start. */
    firstKey: string | null;
  }
}

/** A server that asks for keys has at least one admin key: the environment's, or one made at the first start. */
export const firstKey = fp(
  async (app) => {
    const { keys } = app.store;
    const given = await readGivenKey(app.config);
    if (given !== null) await keepGivenKey(keys, given);
    app.decorate("firstKey", given === null && app.auth.required ? await makeFirstKey(keys) : null);
  },
  { name: "first-key", dependencies: ["auth"] },
);

async function readGivenKey({ UNROLL_API_KEY, UNROLL_API_KEY_FILE }: Config): Promise<string | null> {
  if (UNROLL_API_KEY !== "" && UNROLL_API_KEY_FILE !== "") {
    throw new ConfigError("UNROLL_API_KEY and UNROLL_API_KEY_FILE are both set: set one of them");
  }
  if (UNROLL_API_KEY === "" && UNROLL_API_KEY_FILE === "") return null;
  const name = UNROLL_API_KEY === "" ? "UNROLL_API_KEY_FILE" : "UNROLL_API_KEY";
  const key = UNROLL_API_KEY === "" ? (await readKeyFile(UNROLL_API_KEY_FILE)).trim() : UNROLL_API_KEY;
  if (/^unr_[\x21-\x7e]{32,256}$/.test(key)) return key;
  throw new ConfigError(
    `${name} must hold unr_ and at least 32 characters without spaces, got ${key.length} characters`,
  );
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError(`UNROLL_API_KEY_FILE cannot be read: ${(error as Error).message}`);
  }
}

async function keepGivenKey(keys: KeyStore, secret: string): Promise<void> {
  const found = await keys.find(secret);
  if (found?.scope === "admin") return;
  if (found !== null) throw new ConfigError(`UNROLL_API_KEY is the key ${found.id}, which is no admin key`);
  await keys.create({ name: "environment", scope: "admin", secret }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "name_taken") throw error;
    throw new ConfigError("UNROLL_API_KEY is a key that was revoked: choose another");
  });
}

async function makeFirstKey(keys: KeyStore): Promise<string | null> {
  const all = await keys.list();
  if (all.some(({ scope, revoked_at }) => scope === "admin" && revoked_at === null)) return null;
  return (await keys.create({ name: "first", scope: "admin" })).secret;
}
