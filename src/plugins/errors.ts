import type { FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";
import type { Problem } from "../schemas/problem.ts";
import { toAppError, toProblem } from "./to-problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The problem object of an error, for frames and events; logs what is ours. */
    problemOf(error: unknown): Problem;
  }
}

/** The one place where errors become replies: application/problem+json for every one of them. */
export const errors = fp(
  async (app) => {
    app.decorateRequest("problemOf", function (this: FastifyRequest, error: unknown) {
      return problemOf(error, this);
    });
    app.setErrorHandler(replyWithProblem);
    app.setNotFoundHandler((request, reply) => {
      const { method } = request;
      const error = appError(
        "route_not_found",
        `there is no ${method} ${pathOf(request)}; /openapi.json lists the routes`,
      );
      replyWithProblem(error, request, reply);
    });
  },
  { name: "errors" },
);

/** Also for errors that come before routing, as Fastify's `frameworkErrors`. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { retryAfterSeconds } = toAppError(error);
  const problem = problemOf(error, request);
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  else if (problem.status === 503) reply.header("retry-after", "1");
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="unroll"');
  // The status and type are ours whatever the handler had set before it failed.
  reply.code(problem.status).header("content-type", "application/problem+json; charset=utf-8");
  reply.serializer((payload: unknown) => JSON.stringify(payload)).send(problem);
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  const appErr = toAppError(error);
  if (appErr.status === 500) request.log.error({ err: error }, appErr.message);
  return toProblem(appErr, { requestId: request.id, path: pathOf(request) });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? "/";
}
