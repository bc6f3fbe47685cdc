import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Reference } from "../schemas/common.ts";
import { Key, KeyBody, NewKey, StreamTicket } from "../schemas/keys.ts";
import { Page } from "../schemas/paging.ts";

const tags = ["Keys"];
const config = { scope: "admin" } as const;

/** Keys, and the tickets that stand in for them where a page opens a stream. */
export const keyRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/keys",
    {
      config,
      schema: {
        summary: "Make a key",
        description: "The reply alone shows the secret.",
        tags,
        body: KeyBody,
        response: { 201: NewKey },
      },
    },
    async (request, reply) => {
      const { key, secret } = await app.store.keys.create(request.body);
      return reply.code(201).send({ ...key, secret });
    },
  );
  app.get("/v1/keys", { config, schema: { summary: "List keys", tags, response: { 200: Page(Key) } } }, async () => ({
    object: "list" as const,
    data: await app.store.keys.list(),
    has_more: false,
    next_cursor: null,
  }));
  app.delete(
    "/v1/keys/:id",
    {
      config,
      schema: {
        summary: "Revoke a key",
        description: "At once: its open streams end, too.",
        tags,
        params: Type.Object({ id: Reference }),
        response: { 200: Key },
      },
    },
    async (request) => app.auth.revoke(request.params.id),
  );
  app.post(
    "/v1/stream-tickets",
    {
      config: { scope: "read" },
      schema: {
        summary: "Make a ticket for one stream",
        description:
          "Goes into ?ticket= of one WebSocket or event stream within 30 seconds, and has the scope of the key.",
        tags,
        response: { 201: StreamTicket },
      },
    },
    async (request, reply) => reply.code(201).send(app.streamTickets.issue(request.key)),
  );
};
