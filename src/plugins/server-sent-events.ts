import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import fp from "fastify-plugin";
import { AppError } from "../errors.ts";
import type { OpenStream } from "./stream-registry.ts";

export interface ServerSentEvent {
  /** What a client that comes back says in Last-Event-ID. */
  id: number;
  data: { type: string };
}

declare module "fastify" {
  interface FastifyReply {
    /** Replies with an event stream and ends `stream` with it. A failure on the way is a last `error` event that holds the problem. */
    sendEvents(events: AsyncIterable<ServerSentEvent>, stream: OpenStream): FastifyReply;
  }
}

const heartbeatMs = 15_000;
const stuckAfterMs = 30_000;

export const serverSentEvents = fp(
  async (app) => {
    app.decorateReply(
      "sendEvents",
      function (this: FastifyReply, events: AsyncIterable<ServerSentEvent>, stream: OpenStream) {
        const body = Readable.from(lines(this, events, stream));
        keepAlive(this, stream);
        this.header("content-type", "text/event-stream; charset=utf-8").header("cache-control", "no-store");
        // Proxies that collect replies would hold events back.
        return this.header("x-accel-buffering", "no").send(body);
      },
    );
  },
  { name: "server-sent-events", dependencies: ["errors", "open-streams"] },
);

async function* lines(reply: FastifyReply, events: AsyncIterable<ServerSentEvent>, stream: OpenStream) {
  try {
    yield "retry: 1000\n\n"; // sends the headers, too
    for await (const { id, data } of events) {
      yield `id: ${id}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
    }
    if (stream.signal.reason instanceof AppError) throw stream.signal.reason;
  } catch (error) {
    const data = { type: "error", error: reply.request.problemOf(error) };
    yield `event: error\ndata: ${JSON.stringify(data)}\n\n`;
  } finally {
    stream.end();
  }
}

/** Comments keep proxies from closing a quiet stream; a reader that takes nothing for 30 s is let go. */
function keepAlive({ raw }: FastifyReply, stream: OpenStream): void {
  let stuckSince: number | null = null;
  const timer = setInterval(() => {
    if (raw.writableNeedDrain) {
      stuckSince ??= Date.now();
      if (Date.now() - stuckSince >= stuckAfterMs) raw.destroy();
    } else if (raw.headersSent) {
      stuckSince = null;
      raw.write(": alive\n\n");
    }
  }, heartbeatMs);
  raw.once("close", () => {
    clearInterval(timer);
    stream.abort();
  });
}
