import fp from "fastify-plugin";
import { StreamRegistry } from "./stream-registry.ts";

declare module "fastify" {
  interface FastifyInstance {
    streams: StreamRegistry;
  }
}

export const openStreams = fp(
  async (app) => {
    const streams = new StreamRegistry(app.config.UNROLL_MAX_STREAMS);
    app.decorate("streams", streams);
    app.draining.addEventListener("abort", () => streams.drain(app.draining.reason));
  },
  { name: "open-streams", dependencies: ["config", "draining"] },
);
