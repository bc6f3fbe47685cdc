import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import { appError } from "../errors.ts";
import { type GenerateMessage, GenerateSocketMessage } from "../schemas/generation.ts";
import { openText } from "./open-text.ts";
import { produceText, readersCancel } from "./produce-text.ts";

type StreamId = string | null;
type TextStream = ReturnType<FastifyInstance["streams"]["open"]>;

const mostStreams = 64;

/** A socket that carries several streams of text: each `generate` starts one, under its stream_id; `cancel` ends it. */
export function serveTextSocket(app: FastifyInstance) {
  const check = app.compileCheck(GenerateSocketMessage);

  return (socket: WebSocket, request: FastifyRequest, model: string): void => {
    const channel = app.openChannel(socket, request);
    const streams = new Map<StreamId, TextStream>();
    const running = new Set<Promise<void>>();
    const open = () => app.streams.open("text", { keyId: request.key?.id ?? null, parent: channel.signal });

    channel.onMessage((value) => {
      const message = check(value);
      const id = message.stream_id ?? null;
      if (message.type === "cancel") {
        if (!streams.has(id)) throw appError("stream_not_found", `no stream ${JSON.stringify(id)} is open`);
        streams.get(id)?.abort(readersCancel);
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
      let stream: TextStream | undefined;
      try {
        if (streams.has(id)) throw appError("stream_open", `the stream ${JSON.stringify(id)} has not ended`);
        if (streams.size >= mostStreams)
          throw appError("server_busy", `expected at most ${mostStreams} streams a socket`);
        stream = open();
        streams.set(id, stream);
        const writer = await openText(app, model, message);
        const events = await produceText(app, { ...writer, body: message, signal: stream.signal });
        for await (const event of events) await channel.send({ ...event, ...tags() });
      } catch (error) {
        await channel.sendError(error, tags());
      } finally {
        stream?.end();
        if (stream !== undefined) streams.delete(id);
      }
    }
  };
}
