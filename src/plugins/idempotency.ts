import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A POST that creates: repeated with the same Idempotency-Key it answers as it did the first time. */
    idempotent?: boolean;
  }
  interface FastifyRequest {
    idempotencyKey: string | null;
  }
}

/** A caller that does not know whether its POST arrived may send it again: within 24 hours the first reply is replayed. */
export const idempotency = fp(
  async (app) => {
    app.decorateRequest("idempotencyKey", null);

    app.addHook("preHandler", async (request, reply) => {
      if (request.routeOptions.config.idempotent !== true) return;
      const key = keyOf(request);
      if (key === null) return;
      const stored = await app.store.idempotency.begin(key, fingerprintOf(request));
      if (stored === null) {
        request.idempotencyKey = key;
        return;
      }
      if (stored.location !== null) reply.header("location", stored.location);
      reply.header("idempotent-replayed", "true").header("content-type", "application/json; charset=utf-8");
      return reply.code(stored.status).send(stored.body);
    });

    app.addHook("onSend", async (request, reply, payload) => {
      const { idempotencyKey: key } = request;
      if (key === null) return payload;
      request.idempotencyKey = null;
      const location = reply.getHeader("location");
      try {
        if (reply.statusCode >= 300) await app.store.idempotency.forget(key);
        else {
          const stored = { status: reply.statusCode, location: location === undefined ? null : String(location) };
          await app.store.idempotency.finish(key, { ...stored, body: String(payload) });
        }
      } catch (error) {
        // What was asked for is done: the caller must hear so, even if a repetition would not be recognised.
        request.log.error({ err: error }, "the reply could not be kept for its Idempotency-Key");
      }
      return payload;
    });
  },
  { name: "idempotency", dependencies: ["store", "auth"] },
);

/** Keys of different callers and routes are different keys. */
function keyOf(request: FastifyRequest): string | null {
  const given = request.headers["idempotency-key"];
  if (given === undefined) return null;
  if (typeof given !== "string" || !/^[\x21-\x7e]{1,255}$/.test(given)) {
    const message = "expected 1 to 255 visible ASCII characters";
    throw appError("validation_failed", `Idempotency-Key: ${message}`, {
      errors: [{ pointer: "/headers/idempotency-key", code: "pattern", message }],
    });
  }
  return `${request.key?.id ?? "anyone"} ${request.routeOptions.url} ${given}`;
}

/** Of an upload, which is not read yet, the length alone. */
function fingerprintOf(request: FastifyRequest): string {
  const body =
    request.body === undefined ? `upload ${request.headers["content-length"]}` : JSON.stringify(request.body);
  return createHash("sha256").update(body).digest("hex");
}
