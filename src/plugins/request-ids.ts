import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import fp from "fastify-plugin";
import { encodeTime } from "ulid";

const digits = "0123456789abcdefghjkmnpqrstvwxyz";
/** Of this process, so that no two name a request alike. */
const ofProcess = Array.from(randomBytes(9), (byte) => digits[byte & 31]).join("");
let count = 0;
let time = { atMs: 0, text: "" };

/** Time and place in it, like a ULID; a number instead of fresh randomness, which costs more than all the rest of a request's name. */
function newRequestId(): string {
  const nowMs = Date.now();
  if (nowMs !== time.atMs) time = { atMs: nowMs, text: encodeTime(nowMs).toLowerCase() };
  count = (count + 1) % 32 ** 7;
  let number = "";
  for (let rest = count, place = 0; place < 7; place++, rest = Math.floor(rest / 32))
    number = digits[rest % 32] + number;
  return `req_${time.text}${ofProcess}${number}`;
}

/** The caller's own X-Request-Id when it is a plain word, or a new one: for Fastify's `genReqId`. */
export function requestIdOf(raw: IncomingMessage): string {
  const given = raw.headers["x-request-id"];
  if (typeof given === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(given)) return given;
  return newRequestId();
}

/** Every reply names its request, so that a caller's log and ours can be laid side by side. */
export const requestIds = fp(
  async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      reply.header("x-request-id", request.id);
      done();
    });
  },
  { name: "request-ids" },
);
