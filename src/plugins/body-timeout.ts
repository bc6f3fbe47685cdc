import type { FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Its body may take as long as bytes keep coming. */
    takesUpload?: boolean;
  }
  interface FastifyRequest {
    bodyTimer: NodeJS.Timeout | undefined;
  }
}

const bodyTimeoutMs = 30_000;

/** A body that dribbles in holds its connection for 30 seconds at most; an upload, for 30 seconds of silence. */
export const bodyTimeout = fp(
  async (app) => {
    app.decorateRequest("bodyTimer", undefined);
    app.addHook("onRequest", (request, reply, done) => {
      const { "content-length": length, "transfer-encoding": encoding } = request.headers;
      if (encoding === undefined && (length === undefined || length === "0")) return done();
      if (request.routeOptions.config.takesUpload === true) endSilence(request);
      else request.bodyTimer = setTimeout(() => giveUp(reply), bodyTimeoutMs);
      done();
    });
    app.addHook("preValidation", (request, _reply, done) => {
      clearTimeout(request.bodyTimer);
      done();
    });
    app.addHook("onResponse", (request, _reply, done) => {
      clearTimeout(request.bodyTimer);
      done();
    });
  },
  { name: "body-timeout" },
);

function giveUp(reply: FastifyReply): void {
  if (reply.sent) return;
  const seconds = bodyTimeoutMs / 1000;
  reply
    .header("connection", "close")
    .send(appError("request_timeout", `expected the whole body within ${seconds} seconds`));
}

function endSilence({ raw }: FastifyRequest): void {
  raw.setTimeout?.(bodyTimeoutMs, () => raw.destroy(appError("request_timeout", "the upload fell silent")));
}
