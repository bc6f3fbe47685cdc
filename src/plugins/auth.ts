import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";
import { type Key, type Scope, scopes } from "../schemas/keys.ts";
import { asksForKeys } from "./auth-mode.ts";
import { GuessLimit } from "./guess-limit.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route says who may call it; "public" asks for no key. */
    scope?: Scope | "public";
  }
  interface FastifyRequest {
    /** null on public routes and where no keys are asked for. */
    key: Key | null;
  }
  interface FastifyInstance {
    auth: { required: boolean; revoke(id: string): Promise<Key> };
  }
}

/** Keys with scopes, each holding those before it: read < infer < train < admin. */
export const auth = fp(
  async (app) => {
    const required = asksForKeys(app.config);
    const guesses = new GuessLimit();
    app.decorateRequest("key", null);
    app.decorate("auth", {
      required,
      async revoke(id) {
        const key = await app.store.keys.revoke(id);
        app.streamTickets.revoke(id);
        app.streams.revoke(id);
        return key;
      },
    });

    app.addHook("onRoute", ({ method, url, config }) => {
      if (config?.scope === undefined) throw new Error(`the route ${method} ${url} declares no scope`);
    });
    app.addHook("onRequest", async (request) => {
      const { scope } = request.routeOptions.config;
      const ticket = takeTicket(request);
      if (scope === undefined || scope === "public") return; // undefined: no route at all, a 404
      if (ticket !== null) request.key = app.streamTickets.redeem(ticket);
      else if (required) request.key = await findKey(app, request, guesses);
      if (required) refuseLesser(request.key, scope);
    });
  },
  { name: "auth", dependencies: ["config", "store", "stream-tickets", "open-streams", "web-sockets"] },
);

async function findKey(app: FastifyInstance, request: FastifyRequest, guesses: GuessLimit): Promise<Key> {
  const key = await app.store.keys.find(bearerOf(request));
  if (key !== null) return key;
  guesses.count(request.ip ?? "unknown");
  throw appError("key_invalid", "the API key is unknown or revoked");
}

function bearerOf({ headers }: FastifyRequest): string {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw appError(
      "key_missing",
      "expected the header Authorization: Bearer unr_..., or for a socket ?ticket=, got neither",
    );
  }
  const secret = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
  if (secret === undefined) throw appError("key_invalid", "expected the header Authorization to be: Bearer unr_...");
  return secret;
}

/** Streams alone take a ticket. It leaves the query here, so that routes need not know of it. */
function takeTicket(request: FastifyRequest): string | null {
  const query = request.query as Record<string, unknown>;
  const isStream = request.ws || request.headers.accept?.includes("text/event-stream");
  if (!isStream || typeof query.ticket !== "string") return null;
  const { ticket } = query;
  delete query.ticket;
  return ticket;
}

function refuseLesser(key: Key | null, needed: Scope): void {
  const held = key?.scope ?? "read";
  if (scopes.indexOf(held) >= scopes.indexOf(needed)) return;
  const detail = `expected a key with the scope ${needed}, got one with ${held}`;
  throw appError("scope_missing", detail, {
    errors: [
      {
        pointer: "/headers/authorization",
        code: "scope_missing",
        message: detail,
        value: held,
        allowed: scopes.slice(scopes.indexOf(needed)),
      },
    ],
  });
}

/** For a plugin whose routes are not ours to write: all under `prefix` are open to everyone. Register before `auth`. */
export function declarePublic(app: FastifyInstance, prefix: string): void {
  app.addHook("onRoute", (route) => {
    if (route.url === prefix || route.url.startsWith(`${prefix}/`)) route.config = { scope: "public", ...route.config };
  });
}
