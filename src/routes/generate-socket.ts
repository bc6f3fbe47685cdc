import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import { appError } from "../errors.ts";
import { type GenerateMessage, GenerateSocketMessage } from "../schemas/generation.ts";
import { findWriter, produceText } from "./produce-text.ts";

type StreamId = string | null;
const mostStreamsASocket = 64;

/** A socket that carries several streams of text: each `generate` starts one, under its stream_id; `cancel` ends it. */
export function serveTextSocket(app: FastifyInstance) {
  const check = app.compileCheck(GenerateSocketMessage);

  return (socket: WebSocket, request: FastifyRequest, model: string): void => {
    const channel = app.openChannel(socket, request);
    const cancels = new Map<StreamId, AbortController>();
    const running = new Set<Promise<void>>();

    channel.onMessage((value) => {
      const message = check(value);
      const id = message.stream_id ?? null;
      if (message.type === "cancel") {
        const cancel = cancels.get(id);
        if (cancel === undefined) throw appError("stream_not_found", `no stream ${JSON.stringify(id)} is open`);
        cancel.abort();
        return;
      }
      const done = start(id, message).finally(() => running.delete(done));
      running.add(done);
    });
    channel.signal.addEventListener("abort", () => {
      void Promise.allSettled(running).then(() => channel.end());
    });

    async function start(id: StreamId, message: GenerateMessage): Promise<void> {
      let seq = 0;
      const tags = () => ({ stream_id: id, seq: ++seq });
      if (cancels.has(id)) {
        return channel.sendError(appError("stream_open", `the stream ${JSON.stringify(id)} has not ended`), {
          stream_id: id,
        });
      }
      if (cancels.size >= mostStreamsASocket) {
        return channel.sendError(
          appError("server_busy", `expected at most ${mostStreamsASocket} streams a socket`),
          tags(),
        );
      }
      const cancel = new AbortController();
      cancels.set(id, cancel);
      try {
        await speak(message, cancel, (frame) => channel.send({ ...frame, ...tags() }));
      } catch (error) {
        await channel.sendError(error, tags());
      } finally {
        cancels.delete(id);
      }
    }

    async function speak(
      body: GenerateMessage,
      cancel: AbortController,
      send: (frame: { type: string }) => Promise<void>,
    ) {
      const signal = AbortSignal.any([cancel.signal, channel.signal]);
      const stream = app.streams.open("text", { keyId: request.key?.id ?? null, parent: signal });
      try {
        const writer = await findWriter(app, model, body.checkpoint);
        for await (const event of await produceText(app, { ...writer, body, signal: stream.signal })) await send(event);
      } finally {
        stream.end();
      }
    }
  };
}
