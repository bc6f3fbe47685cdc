import type { Socket } from "node:net";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Aborted, with server_draining, when the server begins to stop. */
    draining: AbortSignal;
  }
  interface FastifyContextConfig {
    /** Answered while the server drains. */
    whileDraining?: boolean;
  }
}

/** A connection that has asked nothing yet may be just about to. */
const cutSilentAfterMs = 1_000;
/** What outlives everything else is cut, so that the process ends within its 10 seconds. */
const cutAllAfterMs = 8_000;

/** From the first signal on: new requests get 503, those in flight finish, every reply asks for its connection to be closed. */
export const draining = fp(
  async (app) => {
    const controller = new AbortController();
    const silent = new Set<Socket>();
    app.decorate("draining", controller.signal);
    app.server.on("connection", (socket) => {
      silent.add(socket);
      socket.once("close", () => silent.delete(socket));
    });
    app.server.on("request", ({ socket }) => silent.delete(socket));
    app.server.on("upgrade", ({ socket }) => silent.delete(socket));

    app.addHook("preClose", async () => {
      controller.abort(appError("server_draining", "the server is shutting down", { retryAfterSeconds: 5 }));
      app.server.closeIdleConnections();
      setTimeout(() => {
        for (const socket of silent) socket.destroy(); // Node counts it as busy, and would wait for it
      }, cutSilentAfterMs).unref();
      setTimeout(() => app.server.closeAllConnections(), cutAllAfterMs).unref();
    });
    // Not in onRequest: a refused upgrade is known as one, and its connection ended, once those hooks have run.
    app.addHook("preParsing", (request, _reply, _payload, done) => {
      const isRefused = controller.signal.aborted && request.routeOptions.config.whileDraining !== true;
      done(isRefused ? controller.signal.reason : null);
    });
    // Without this a keep-alive connection that was busy when the listener closed holds the process for its whole idle time.
    app.addHook("onSend", (_request, reply, payload, done) => {
      if (controller.signal.aborted) reply.header("connection", "close");
      done(null, payload);
    });
  },
  { name: "draining" },
);
