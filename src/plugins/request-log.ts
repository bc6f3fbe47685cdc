import type { FastifyReply, FastifyRequest } from "fastify";
import { LogController } from "fastify";

/** One line for each request, when it is done. The path without its query: a ticket may stand there. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: "request_id" });
  }

  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split("?", 1)[0];
    const facts = { method: request.method, path, status: reply.statusCode, key: request.key?.id };
    request.log.info(
      { ...facts, duration_ms: Math.round(reply.elapsedTime * 10) / 10, ...(error ? { err: error } : {}) },
      "request",
    );
  }
}
