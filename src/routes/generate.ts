import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { GenerateBody, Generation, type TextEvent } from "../schemas/generation.ts";
import { serveTextSocket } from "./generate-socket.ts";
import { openText, type TextWriter } from "./open-text.ts";
import { foldText, produceText } from "./produce-text.ts";

const params = Type.Object({ id: Reference });
const bodyLimitBytes = 512 * 1024; // a prompt of 65,536 characters, each escaped

const schema = {
  summary: "Generate text",
  description:
    'One JSON reply, or with `stream: true` server-sent events: `text-start`, `text-delta`, `text-end`. The same address is a WebSocket that takes `{type:"generate", stream_id?, prompt, ...}` and `{type:"cancel", stream_id?}` and carries several streams.',
  tags: ["Text"],
  params,
  body: GenerateBody,
  response: { 200: Generation },
};

export const generateRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/generate",
    { config: { scope: "infer" }, bodyLimit: bodyLimitBytes, schema },
    (request, reply) => {
      const { body } = request;
      return replyWithText(app, { request, reply, body }, () => openText(app, request.params.id, body));
    },
  );
  const serveSocket = serveTextSocket(app);
  app.route({
    method: "GET",
    url: "/v1/models/:id/generate",
    config: { scope: "infer" },
    schema: { hide: true, params },
    // Before the upgrade: a model that cannot write is an HTTP error.
    preHandler: async (request) => void (await app.store.models.serving(request.params.id, "text")),
    handler: async () => {
      throw appError("route_not_found", "expected POST, or GET as a WebSocket upgrade");
    },
    wsHandler: (socket, request) => serveSocket(socket, request, (request.params as { id: string }).id),
  });
};

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  body: GenerateBody;
}

/** One JSON reply, or server-sent events. `open` finds what writes the text. */
export async function replyWithText(
  app: FastifyInstance,
  { request, reply, body: { stream: isStream, ...body } }: Exchange,
  open: () => Promise<TextWriter>,
) {
  const stream = app.streams.open("text", { keyId: request.key?.id ?? null, isReply: !isStream });
  reply.raw.once("close", () => stream.abort());
  try {
    const events = await produceText(app, { ...(await open()), body, signal: stream.signal });
    if (isStream) return reply.sendEvents(numbered(events), stream);
    const generation = await foldText(events);
    const { queue_ms, compute_ms } = generation.timings;
    stream.end();
    return reply.header("server-timing", `queue;dur=${queue_ms}, compute;dur=${compute_ms}`).send(generation);
  } catch (error) {
    stream.end();
    throw error;
  }
}

async function* numbered(events: AsyncIterable<TextEvent>) {
  let seq = 0;
  for await (const event of events) {
    seq++;
    yield { id: seq, data: { ...event, seq } };
  }
}
