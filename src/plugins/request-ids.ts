import type { IncomingMessage } from "node:http";
import fp from "fastify-plugin";
import { monotonicFactory } from "ulid";

const ulid = monotonicFactory();

/** The caller's own X-Request-Id when it is a plain word, or a new one: for Fastify's `genReqId`. */
export function requestIdOf(raw: IncomingMessage): string {
  const given = raw.headers["x-request-id"];
  if (typeof given === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(given)) return given;
  return `req_${ulid().toLowerCase()}`;
}

/** Every reply names its request, so that a caller's log and ours can be laid side by side. */
export const requestIds = fp(
  async (app) => {
    app.addHook("onRequest", async (request, reply) => {
      reply.header("x-request-id", request.id);
    });
  },
  { name: "request-ids" },
);
