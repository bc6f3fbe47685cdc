import limiter from "@fastify/rate-limit";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";

/** UNROLL_RATE_LIMIT requests a minute for each key, or address where no key is asked for. Health checks do not count. */
export const rateLimit = fp(
  async (app) => {
    const most = app.config.UNROLL_RATE_LIMIT;
    await app.register(limiter, {
      max: most,
      timeWindow: 60_000,
      cache: 10_000,
      enableDraftSpec: true,
      keyGenerator: (request) => request.key?.id ?? request.ip ?? "unknown",
      errorResponseBuilder: (_request, { ttl }) =>
        appError("rate_limited", `expected at most ${most} requests a minute`, {
          retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)),
        }),
    });
  },
  { name: "rate-limit", dependencies: ["auth"] },
);
