import helmet from "@fastify/helmet";
import fp from "fastify-plugin";

/** A JSON API needs nothing of a browser: what is not said here is refused. The documentation page has its own policy. */
export const securityHeaders = fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], styleSrc: ["'unsafe-inline'"] },
      },
      // TLS, and the promise to keep it, belong to the proxy in front.
      strictTransportSecurity: false,
    });
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("cache-control", "no-store");
    });
  },
  { name: "security-headers" },
);
