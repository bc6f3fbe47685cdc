import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { AppError, appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import type { Dataset } from "../schemas/datasets.ts";
import type { Job } from "../schemas/jobs.ts";
import { ModelCard } from "../schemas/model-card.ts";
import { cardMarkdown } from "./card-markdown.ts";
import { writeModelCard } from "./write-model-card.ts";

const CardQuery = Type.Object(
  { format: Type.Union([Type.Literal("json"), Type.Literal("markdown")], { default: "json" }) },
  { additionalProperties: false },
);

export const modelCardRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/models/:id/card",
    {
      config: { scope: "read" },
      schema: {
        summary: "How good a model is, and what it is made of",
        description:
          "Data, split, settings, time and memory of the training; its errors beside those of baselines that need no learning.",
        tags: ["Models"],
        params: Type.Object({ id: Reference }),
        querystring: CardQuery,
        response: {
          200: {
            description: "The card.",
            content: {
              "application/json": { schema: ModelCard },
              "text/markdown": { schema: Type.String() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const card = await cardOf(app, request.params.id);
      if (request.query.format === "json") return reply.type("application/json").send(card);
      return reply.type("text/markdown; charset=utf-8").send(cardMarkdown(card));
    },
  );
};

async function cardOf(app: FastifyInstance, reference: string): Promise<ModelCard> {
  const model = await app.store.models.get(reference);
  if (model.checkpoint === null) {
    throw appError("model_untrained", `the model ${model.name} has no checkpoint yet: train it with a job`);
  }
  const job = await jobOf(app, model.id, model.checkpoint);
  const dataset = await app.store.datasets.get(job.dataset).catch(gone);
  return writeModelCard({ model, checkpoint: model.checkpoint, metrics: model.metrics, job, dataset });
}

/** The job that wrote the checkpoint: the newest one that has it. */
async function jobOf(app: FastifyInstance, model: string, checkpoint: string): Promise<Job> {
  const { data } = await app.store.jobs.list({ model, limit: 100 });
  for (const job of data) {
    const { data: checkpoints } = await app.store.jobs.checkpoints(job.id);
    if (checkpoints.some(({ id }) => id === checkpoint)) return job;
  }
  throw appError("checkpoint_not_found", `expected a job that wrote checkpoint ${checkpoint}, found none`);
}

function gone(error: unknown): Dataset | null {
  if (error instanceof AppError && error.code === "dataset_not_found") return null;
  throw error;
}
