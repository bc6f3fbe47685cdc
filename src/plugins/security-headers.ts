import helmet from "@fastify/helmet";
import { fastify } from "fastify";
import fp from "fastify-plugin";

const options = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], styleSrc: ["'unsafe-inline'"] },
  },
  // TLS, and the promise to keep it, belong to the proxy in front.
  strictTransportSecurity: false,
};

/** Set on every reply by Node.js or Fastify. */
const ofEveryReply = new Set(["content-type", "content-length", "date", "connection"]);

/** A JSON API needs nothing of a browser: what is not said here is refused. The documentation page has its own policy. */
export const securityHeaders = fp(
  async (app) => {
    const headers = { ...(await headersOfHelmet()), "cache-control": "no-store" };
    app.addHook("onRequest", (_request, reply, done) => {
      reply.headers(headers);
      done();
    });
  },
  { name: "security-headers" },
);

/** They are the same for every reply, and helmet works them out anew for each: it is asked once. */
async function headersOfHelmet(): Promise<Record<string, string>> {
  const app = fastify();
  await app.register(helmet, options);
  app.get("/", async () => "");
  const { headers } = await app.inject("/");
  await app.close();
  const entries = Object.entries(headers).filter(([name]) => !ofEveryReply.has(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
