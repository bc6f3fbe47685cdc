import { randomInt } from "node:crypto";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Page } from "../schemas/paging.ts";
import {
  type KeptState,
  Session,
  SessionBody,
  SessionId,
  SessionQuery,
  type SessionState,
  type SessionTask,
} from "../schemas/sessions.ts";
import { checkSession } from "./check-session.ts";

const tags = ["Sessions"];
const params = Type.Object({ id: SessionId });
const infer = { scope: "infer" } as const;
const read = { scope: "read" } as const;
/** The largest state: attention that remembers 1,023 states of 4,096 units, in base64. */
const bodyLimitBytes = 32 * 1024 ** 2;

/** Sessions, whose state the server keeps between calls. What happens in one is in session-calls.ts, its state in session-state.ts. */
export const sessionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/sessions",
    {
      config: { ...infer, idempotent: true },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Begin a session",
        description:
          "The server keeps the state of a text or of a series: each call goes on from where the last one left off, on disk before its reply. A session keeps to the checkpoint that it begins with, ends when it is deleted, when its model is, or when it has not been used for UNROLL_SESSION_IDLE_SECONDS, and takes one call at a time: a second one meanwhile gets 409.",
        tags,
        body: SessionBody,
        response: { 201: Session },
      },
    },
    async (request, reply) => {
      const session = await beginSession(app, request.body as SessionBody);
      return reply.code(201).header("location", `/v1/sessions/${session.id}`).send(session);
    },
  );
  app.get(
    "/v1/sessions",
    {
      config: read,
      schema: { summary: "List sessions", tags, querystring: SessionQuery, response: { 200: Page(Session) } },
    },
    async ({ query: { model, ...page } }) => {
      if (model === undefined) return app.store.sessions.list(page);
      return app.store.sessions.list({ ...page, model: (await app.store.models.get(model)).id });
    },
  );
  app.get(
    "/v1/sessions/:id",
    { config: read, schema: { summary: "Get a session", tags, params, response: { 200: Session } } },
    (request) => app.store.sessions.get(request.params.id),
  );
  app.delete(
    "/v1/sessions/:id",
    { config: infer, schema: { summary: "End a session", tags, params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await app.store.sessions.remove(request.params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    "/v1/sessions/:id/fork",
    {
      config: { ...infer, idempotent: true },
      schema: {
        summary: "Fork a session",
        description: "Another session in the same state: both go on with the same numbers, each by itself.",
        tags,
        params,
        response: { 201: Session },
      },
    },
    async (request, reply) => {
      const session = await app.store.sessions.fork(request.params.id);
      return reply.code(201).header("location", `/v1/sessions/${session.id}`).send(session);
    },
  );
};

async function beginSession(app: FastifyInstance, body: SessionBody): Promise<Session> {
  const { task } = await app.store.models.get(body.model);
  checkSession(body, task);
  const { id, checkpoint } = await app.store.models.serving(body.model, task, body.checkpoint);
  const { state = null, seed = randomInt(2 ** 32), series = {} } = body;
  const start = { state: state as SessionState | null, pointer: "/state", seed, series };
  const kept: KeptState = await app.inference.beginSession({ checkpoint, ...start });
  return app.store.sessions.create({ model: id, checkpoint: checkpoint.id, task: task as SessionTask, kept });
}
