import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Live, Ready } from "../schemas/health.ts";

/** New checkpoints and datasets need room: below this the service is not ready for them. */
const leastFreeBytes = 64 * 1024 ** 2;

/** `live` says that the process answers, and touches nothing else; `ready` that it can do its work. */
export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const config = { scope: "public", whileDraining: true, rateLimit: false } as const;
  app.get(
    "/health/live",
    {
      config,
      logLevel: "warn",
      schema: { summary: "The process answers", tags: ["Service"], response: { 200: Live } },
    },
    async () => ({ status: "live" as const }),
  );
  app.get(
    "/health/ready",
    {
      config,
      logLevel: "warn",
      schema: { summary: "The service can work", tags: ["Service"], response: { 200: Ready, 503: Ready } },
    },
    async (_request, reply) => {
      const ready = await examine(app);
      return reply.code(ready.status === "ready" ? 200 : 503).send(ready);
    },
  );
};

async function examine(app: FastifyInstance): Promise<Ready> {
  const reasons: string[] = [];
  const backend = app.inference.backend();
  if (app.draining.aborted) reasons.push("the server is shutting down");
  if (backend === null) reasons.push("the inference thread is not ready");
  const freeBytes = await app.store.diskFreeBytes().catch((error: unknown) => {
    app.log.error({ err: error }, "the free disk space cannot be read");
    return null;
  });
  if (freeBytes === null) reasons.push("the data folder cannot be examined");
  else if (freeBytes < leastFreeBytes) reasons.push(`the disk of the data folder has ${freeBytes} bytes left`);
  return {
    status: reasons.length === 0 ? "ready" : "not_ready",
    reasons,
    backend,
    queue: app.jobs.counts(),
    disk_free_bytes: freeBytes,
  };
}
