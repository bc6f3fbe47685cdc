import { setTimeout as delay } from "node:timers/promises";
import websocket, { type WebsocketPluginOptions } from "@fastify/websocket";
import fp from "fastify-plugin";
import type { WebSocket } from "ws";
import { appError } from "../errors.ts";
import { SocketChannel } from "./socket-channel.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    isSocket?: boolean;
  }
  interface FastifyInstance {
    /** Call it first thing in a wsHandler, before anything asynchronous. */
    openChannel(socket: WebSocket, request: FastifyRequest): SocketChannel;
  }
}

const pingMs = 15_000;
const closeTimeoutMs = 2_000;

/** Bounds against tiny fragments, endless messages and peers that never answer. Compression doubles the memory of an idle socket. */
const options: WebsocketPluginOptions["options"] & { closeTimeout: number } = {
  maxPayload: 64 * 1024,
  maxFragments: 64,
  maxBufferedChunks: 1024,
  perMessageDeflate: false,
  closeTimeout: closeTimeoutMs,
};

/** Register before every plugin that may refuse a request: only what this one has seen as an upgrade is ended as one. */
export const webSockets = fp(
  async (app) => {
    app.addHook("onRoute", (route) => {
      if (route.wsHandler !== undefined) route.config = { ...route.config, isSocket: true };
    });
    const silentPings = new WeakMap<WebSocket, number>();
    await app.register(websocket, {
      options,
      errorHandler: (error, socket, request) => {
        request.log.info({ err: error }, "the socket failed");
        socket.terminate();
      },
      preClose: async () => {
        // The routes have been told to end; each sends its last frame and closes. ws cuts a peer that does not answer.
        const clients = [...app.websocketServer.clients];
        const closed = Promise.all(clients.map((client) => new Promise((resolve) => client.once("close", resolve))));
        await Promise.race([closed, delay(closeTimeoutMs + 500, undefined, { ref: false })]);
        for (const client of app.websocketServer.clients) client.terminate();
        app.websocketServer.close();
      },
    });

    app.addHook("onRequest", async (request) => {
      if (!request.ws || request.routeOptions.config.isSocket === true) return;
      throw appError("route_not_found", "there is no WebSocket at this address");
    });
    app.decorate("openChannel", (socket, request) => {
      silentPings.set(socket, 0);
      socket.on("pong", () => silentPings.set(socket, 0));
      return new SocketChannel(socket, request, app.streams.open("socket", { keyId: request.key?.id ?? null }));
    });
    const timer = setInterval(() => {
      for (const socket of app.websocketServer.clients) {
        const silent = silentPings.get(socket) ?? 0;
        if (silent >= 2) socket.terminate();
        else socket.ping();
        silentPings.set(socket, silent + 1);
      }
    }, pingMs);
    timer.unref();
    app.addHook("onClose", async () => clearInterval(timer));
  },
  { name: "web-sockets", dependencies: ["errors", "draining"] },
);
