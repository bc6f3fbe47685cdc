import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Reference } from "../schemas/common.ts";
import { Checkpoint, Job, JobBody, JobStatus } from "../schemas/jobs.ts";
import { Page, PageQuery } from "../schemas/paging.ts";
import { findOrigin } from "./find-origin.ts";

const tags = ["Training jobs"];
const params = Type.Object({ id: Reference });
const longestWaitMs = 60_000;

const JobListQuery = Type.Object(
  { ...PageQuery.properties, status: Type.Optional(JobStatus), model: Type.Optional(Reference) },
  { additionalProperties: false },
);
const JobQuery = Type.Object(
  {
    wait_ms: Type.Integer({
      minimum: 0,
      maximum: longestWaitMs,
      default: 0,
      description: "Replies when the job has ended, or after this time.",
    }),
  },
  { additionalProperties: false },
);

export const jobRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/jobs",
    {
      config: { scope: "train", idempotent: true },
      schema: {
        summary: "Train a model on a dataset",
        description: "Queued; the reply shows every setting in effect. Watch it at /v1/jobs/{id}/events.",
        tags,
        body: JobBody,
        response: { 202: Job },
      },
    },
    async (request, reply) => {
      const { model, dataset, training = {} } = request.body;
      const [itsModel, itsDataset] = await Promise.all([app.store.models.get(model), app.store.datasets.get(dataset)]);
      const origin = await findOrigin(app, training.init_from, { model: itsModel, dataset: itsDataset });
      // The answer takes a ready inference thread: who does not ask for bf16 need not wait for it.
      const precisions = training.precision === "bf16" ? (await app.inference.ready()).precisions : ["fp32" as const];
      const job = await app.jobs.submit({ model: itsModel, dataset: itsDataset, training, origin, precisions });
      return reply.code(202).header("location", `/v1/jobs/${job.id}`).send(job);
    },
  );
  app.get(
    "/v1/jobs",
    {
      config: { scope: "read" },
      schema: { summary: "List jobs", tags, querystring: JobListQuery, response: { 200: Page(Job) } },
    },
    async (request) => {
      const { model, ...query } = request.query;
      const modelId = model === undefined ? undefined : (await app.store.models.get(model)).id;
      const page = await app.store.jobs.list(modelId === undefined ? query : { ...query, model: modelId });
      return { ...page, data: page.data.map((job) => ({ ...job, queue_position: app.jobs.queuePosition(job.id) })) };
    },
  );
  app.get(
    "/v1/jobs/:id",
    {
      config: { scope: "read" },
      schema: { summary: "Get a job, or wait for it", tags, params, querystring: JobQuery, response: { 200: Job } },
    },
    (request) => waitFor(app, request.params.id, request.query.wait_ms),
  );
  app.get(
    "/v1/jobs/:id/checkpoints",
    {
      config: { scope: "read" },
      schema: { summary: "List the checkpoints of a job", tags, params, response: { 200: Page(Checkpoint) } },
    },
    (request) => app.store.jobs.checkpoints(request.params.id),
  );
  for (const action of ["cancel", "pause", "resume"] as const) {
    app.post(
      `/v1/jobs/:id/${action}`,
      {
        config: { scope: "train" },
        schema: {
          summary: `${action[0]?.toUpperCase()}${action.slice(1)} a job`,
          tags,
          params,
          response: { 200: Job },
        },
      },
      (request) => app.jobs[action](request.params.id),
    );
  }
};

/** A waiting caller does not hold up the end of the server: it gets the job as it is then. */
async function waitFor(app: FastifyInstance, id: string, waitMs: number): Promise<Job> {
  if (waitMs === 0) return app.jobs.get(id);
  let onDrain = () => {};
  const drains = new Promise<void>((resolve) => {
    onDrain = resolve;
    app.draining.addEventListener("abort", onDrain);
  });
  try {
    await Promise.race([app.jobs.wait(id, waitMs), drains]);
  } finally {
    app.draining.removeEventListener("abort", onDrain);
  }
  return app.jobs.get(id);
}
