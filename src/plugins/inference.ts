import fp from "fastify-plugin";
import { createInferencePool } from "../workers/create-inference-pool.ts";
import type { InferencePool } from "../workers/inference-pool.ts";

declare module "fastify" {
  interface FastifyInstance {
    inference: InferencePool;
  }
}

/** The inference thread loads its library beside the server's start: until it is there, /health/ready says so. */
export const inference = fp<{ inference?: InferencePool | undefined }>(
  async (app, options) => {
    const generationPrecision = app.config.UNROLL_GENERATION_PRECISION;
    const pool = options.inference ?? createInferencePool({ logger: app.log, generationPrecision });
    app.decorate("inference", pool);
    app.addHook("onClose", () => pool.close());
  },
  { name: "inference", dependencies: ["config"] },
);
