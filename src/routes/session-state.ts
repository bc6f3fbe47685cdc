import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Session, SessionId, SessionState } from "../schemas/sessions.ts";
import { openSession } from "./open-session.ts";

const tags = ["Sessions"];
const params = Type.Object({ id: SessionId });
const infer = { scope: "infer" } as const;
/** The largest state: attention that remembers 1,023 states of 4,096 units, in base64. */
const bodyLimitBytes = 32 * 1024 ** 2;

/** The state of a session, to be carried elsewhere. */
export const sessionStateRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/sessions/:id/state",
    {
      config: infer,
      schema: {
        summary: "Get the state of a session",
        description: "For PUT, or for a new session, here or on another server that has the same model.",
        tags,
        params,
        response: { 200: SessionState },
      },
    },
    async (request, reply) => {
      const { text } = await app.store.sessions.state(request.params.id);
      reply.header("content-type", "application/json; charset=utf-8");
      // A text goes out as it is.
      return reply.send(text as unknown as SessionState);
    },
  );
  app.put(
    "/v1/sessions/:id/state",
    {
      config: infer,
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Put a session into a state",
        description:
          "The state must come from a model with the same weights, architecture and vocabulary; else 422 session_state_mismatch.",
        tags,
        params,
        body: SessionState,
        response: { 200: Session },
      },
    },
    async (request) => {
      const open = await openSession(app, request.params.id, null);
      try {
        const start = { state: request.body as SessionState, pointer: "", seed: 0, series: {} };
        return await open.keep(await app.inference.beginSession({ checkpoint: open.model.checkpoint, ...start }));
      } finally {
        open.leave();
      }
    },
  );
};
