import type { FastifyRequest } from "fastify";

/** Whether the caller would rather read server-sent events: by the Accept header. */
export function asksForEvents({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes("text/event-stream") === true;
}
