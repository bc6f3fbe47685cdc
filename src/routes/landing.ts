import type { FastifyPluginAsync } from "fastify";

const links = {
  docs: "/docs",
  openapi: "/openapi.json",
  health: "/health/ready",
  metrics: "/metrics",
  version: "/version",
};

/** For whoever opens the address in a browser, or curls it. */
export const landingRoute: FastifyPluginAsync = async (app) => {
  app.get("/", { config: { scope: "public" }, schema: { hide: true } }, async (request, reply) => {
    if (!request.headers.accept?.includes("text/html")) return { name: "unroll", links };
    const items = Object.entries(links).map(([name, path]) => `<li><a href="${path}">${name}</a></li>`);
    return reply
      .type("text/html; charset=utf-8")
      .send(`<!doctype html><html lang="en"><title>Unroll</title><h1>Unroll</h1><ul>${items.join("")}</ul></html>`);
  });
};
