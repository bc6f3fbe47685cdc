import type { FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";
import { isLoopback } from "./loopback.ts";

/**
 * A page in somebody's browser must not drive a server on that machine. A name that a stranger points at 127.0.0.1 arrives as
 * a foreign Host; a page of another site arrives with a foreign Origin. Both get 403 before anything else, upgrades included.
 */
export const originChecks = fp(
  async (app) => {
    const { UNROLL_HOST, UNROLL_ALLOWED_HOSTS, UNROLL_ALLOWED_ORIGINS } = app.config;
    const hosts = new Set(UNROLL_ALLOWED_HOSTS.map((host) => host.toLowerCase()));
    const origins = new Set(UNROLL_ALLOWED_ORIGINS.map((origin) => origin.toLowerCase().replace(/\/$/, "")));
    // Elsewhere keys are asked for, and a stranger's page has none; callers may then use any name or address that reaches us.
    const checksHost = isLoopback(UNROLL_HOST) || hosts.size > 0;

    app.addHook("onRequest", async (request, reply) => {
      const host = parseHost(request.headers.host);
      if (checksHost && (host === null || !isAllowed(host, hosts))) throw foreignHost(request.headers.host);
      const { origin } = request.headers;
      if (origin === undefined) return;
      if (host !== null && isOwn(origin, host)) return;
      if (!origins.has(origin.toLowerCase())) throw foreignOrigin(origin);
      return answerBrowser(request, reply, origin);
    });
  },
  { name: "origin-checks", dependencies: ["config"] },
);

interface Host {
  name: string;
  /** As it stands in the header: empty when it is the scheme's own. */
  port: string;
}

function parseHost(header = ""): Host | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(header.toLowerCase());
  return match?.[1] === undefined ? null : { name: match[1], port: match[2] ?? "" };
}

function isAllowed({ name, port }: Host, hosts: Set<string>): boolean {
  return isLoopback(name) || hosts.has(name) || hosts.has(`${name}:${port}`);
}

/** The page came from this server: same host and port. localhost and 127.0.0.1 are one machine. */
function isOwn(origin: string, host: Host): boolean {
  const match = /^https?:\/\/(.+)$/.exec(origin.toLowerCase());
  const from = match?.[1] === undefined ? null : parseHost(match[1]);
  if (from === null || from.port !== host.port) return false;
  return from.name === host.name || (isLoopback(from.name) && isLoopback(host.name));
}

function foreignHost(host: string | undefined): Error {
  const detail = `expected a request for a loopback name or one of UNROLL_ALLOWED_HOSTS, got ${JSON.stringify(host ?? "")}`;
  const hint = "set UNROLL_ALLOWED_HOSTS to the names this server is reached by";
  return appError("host_forbidden", detail, {
    errors: [{ pointer: "/headers/host", code: "host_forbidden", message: detail, value: host ?? null, hint }],
  });
}

function foreignOrigin(origin: string): Error {
  const detail = `expected a page of this server or one of UNROLL_ALLOWED_ORIGINS, got ${JSON.stringify(origin)}`;
  const hint = "set UNROLL_ALLOWED_ORIGINS to the origins of your pages";
  return appError("origin_forbidden", detail, {
    errors: [{ pointer: "/headers/origin", code: "origin_forbidden", message: detail, value: origin, hint }],
  });
}

/** What a browser needs to hear before it lets an allowed page read the reply. */
function answerBrowser(request: FastifyRequest, reply: FastifyReply, origin: string): FastifyReply | undefined {
  reply.header("access-control-allow-origin", origin).header("vary", "Origin");
  reply.header("access-control-expose-headers", "Location, Retry-After, X-Request-Id, Idempotent-Replayed");
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return undefined;
  reply.header("access-control-allow-methods", "GET, POST, PATCH, DELETE");
  reply.header(
    "access-control-allow-headers",
    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id",
  );
  return reply.header("access-control-max-age", "600").code(204).send();
}
