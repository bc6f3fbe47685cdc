import type { FastifyPluginAsync } from "fastify";

export const metricsRoute: FastifyPluginAsync = async (app) => {
  app.get(
    "/metrics",
    { config: { scope: "read", rateLimit: false }, logLevel: "warn", schema: { hide: true } },
    async (_request, reply) => reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics()),
  );
};
