import fp from "fastify-plugin";
import type { Config } from "../config.ts";

declare module "fastify" {
  interface FastifyInstance {
    config: Config;
  }
}

export const config = fp<{ config: Config }>(
  async (app, options) => {
    app.decorate("config", options.config);
  },
  { name: "config" },
);
