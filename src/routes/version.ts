import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Version } from "../schemas/health.ts";

export const versionRoute: FastifyPluginAsyncTypebox<{ version: string }> = async (app, { version }) => {
  app.get(
    "/version",
    { config: { scope: "read" }, schema: { summary: "What runs here", tags: ["Service"], response: { 200: Version } } },
    async () => ({ name: "unroll", version, api: "v1", node: process.version }),
  );
};
