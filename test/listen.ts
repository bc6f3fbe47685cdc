import { connect, type Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

/** The port of a real listener on loopback. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Everything a peer answers to these bytes, until it closes. */
export async function exchangeBytes(port: number, bytes: string | Buffer): Promise<string> {
  const socket = rawSocket(port);
  socket.write(bytes);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

export function rawSocket(port: number): Socket {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

export interface TestSocket {
  socket: WebSocket;
  /** Frames so far. */
  frames: Record<string, unknown>[];
  send(message: unknown): void;
  /** The first frame, come or to come, that fits. */
  frame(fits: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  closed: Promise<{ code: number; reason: string }>;
}

/** An open WebSocket on a real listener, or on the app itself. Rejects where the upgrade is refused. */
export async function openSocket(
  at: number | FastifyInstance,
  path: string,
  headers: Record<string, string> = {},
): Promise<TestSocket> {
  const frames: Record<string, unknown>[] = [];
  let tell = () => {};
  const listen = (socket: WebSocket) => {
    socket.on("message", (data) => {
      frames.push(JSON.parse(String(data)));
      tell();
    });
  };
  const socket = await (typeof at === "number"
    ? dial(at, { path, headers, listen })
    : inject(at, { path, headers, listen }));
  onTestFinished(() => socket.terminate());
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    async frame(fits) {
      for (;;) {
        const found = frames.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
    },
  };
}

interface Dial {
  path: string;
  headers: Record<string, string>;
  listen: (socket: WebSocket) => void;
}

function dial(port: number, { path, headers, listen }: Dial): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  listen(socket);
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

async function inject(app: FastifyInstance, { path, headers, listen }: Dial): Promise<WebSocket> {
  return (await app.injectWS(
    path,
    { headers: { host: "localhost:3000", ...headers } },
    { onInit: listen as never },
  )) as unknown as WebSocket;
}
