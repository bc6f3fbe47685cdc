import { access, mkdir } from "node:fs/promises";
import { appError } from "../../errors.ts";
import type { DatasetSummary } from "../../schemas/datasets.ts";
import type { JobEvent } from "../../schemas/events.ts";
import type { JobRecord } from "../../schemas/job-record.ts";
import { checkpointFolder, checkpointPath } from "../checkpoint-files.ts";
import { datasetPath } from "../datasets/dataset-path.ts";
import { findDataset } from "../datasets/find-dataset.ts";
import { findModel } from "../models/find-model.ts";
import { pageArguments, pageOf } from "../page-of.ts";
import type { JobStore } from "../store.ts";
import type { StoreContext } from "../store-context.ts";
import { syncFolder } from "../sync-folder.ts";
import { appendEvents } from "./append-events.ts";
import { findJob } from "./find-job.ts";
import { findRunOrigin } from "./find-run-origin.ts";
import { toCheckpoint, toJob } from "./to-job.ts";

export function createJobStore(context: StoreContext): JobStore {
  const { client } = context;
  return {
    create: (job) => createJob(context, job),
    get: async (id) => toJob(await findJob(client, id)),

    async list({ status, model, ...page }) {
      const { where, ...rest } = pageArguments(page);
      const modelId = model === undefined ? undefined : (await findModel(client, model)).id;
      return pageOf(await client.job.findMany({ ...rest, where: { ...where, status, modelId } }), page.limit, toJob);
    },

    async checkpoints(id) {
      await findJob(client, id);
      const rows = await client.checkpoint.findMany({
        where: { jobId: id },
        orderBy: { step: "desc" },
        include: { job: { select: { modelId: true } } },
      });
      return { object: "list", data: rows.map(toCheckpoint), has_more: false, next_cursor: null };
    },

    append: (job, events, change = {}) => appendEvents(context, { job, events, change }),

    async events(job, after, limit) {
      const rows = await client.jobEvent.findMany({
        where: { jobId: job, seq: { gt: after } },
        orderBy: { seq: "asc" },
        take: limit,
      });
      if (rows.length === 0) await findJob(client, job);
      return rows.map(({ type, seq, at, payload }) => ({ type, seq, job, at, ...JSON.parse(payload) }) as JobEvent);
    },

    record: (job) => readRecord(context, job),

    async unfinished() {
      const where = { status: { in: ["queued", "running"] } };
      return (await client.job.findMany({ where, orderBy: { id: "asc" } })).map(toJob);
    },
  };
}

async function createJob(
  { client, newId }: StoreContext,
  { model, dataset, training }: Parameters<JobStore["create"]>[0],
) {
  return client.$transaction(async (database) => {
    const { id: modelId } = await findModel(database, model);
    const { id: datasetId } = await findDataset(database, dataset);
    const progress = {
      step: 0,
      steps: training.steps,
      epoch: 0,
      loss: null,
      validation_loss: null,
      tokens_per_second: null,
      eta_ms: null,
    };
    const row = await database.job.create({
      data: {
        id: newId("job"),
        modelId,
        datasetId,
        status: "queued",
        training,
        progress,
        attempt: 0,
        metrics: {},
        lastSeq: 0,
        reportedStep: 0,
        createdAt: new Date(),
      },
    });
    return toJob(row);
  });
}

/** Makes the job's checkpoint folder too, so that a trainer finds it. */
async function readRecord(context: StoreContext, id: string): Promise<JobRecord> {
  const { client, folder } = context;
  const job = await findJob(client, id);
  const [model, dataset, checkpoints] = await Promise.all([
    findModel(client, job.modelId),
    client.dataset.findUnique({ where: { id: job.datasetId } }),
    client.checkpoint.findMany({ where: { jobId: id }, orderBy: [{ latest: "desc" }, { step: "desc" }] }),
  ]);
  if (dataset === null)
    throw appError("dataset_not_found", `the dataset ${job.datasetId} of job ${id} has been deleted`);
  const checkpointsFolder = checkpointFolder(folder, id);
  if ((await mkdir(checkpointsFolder, { recursive: true, mode: 0o700 })) !== undefined) {
    await syncFolder(folder.checkpoints);
  }
  return {
    job: toJob(job),
    task: model.task,
    architecture: model.architecture,
    forecast: model.forecast,
    sequence: model.sequence,
    text: model.text,
    dataset: {
      path: datasetPath(folder, dataset),
      sha256: dataset.sha256,
      summary: dataset.summary as DatasetSummary,
    },
    checkpointFolder: checkpointsFolder,
    origin: await findRunOrigin(context, toJob(job).training),
    latestCheckpoint: await firstPresent(
      checkpoints.map(({ step, ...row }) => ({ id: row.id, path: checkpointPath(folder, row), step })),
    ),
    reportedStep: job.reportedStep,
    lastSeq: job.lastSeq,
  };
}

/** The latest; or the one before it, where somebody has removed its file. */
async function firstPresent<T extends { path: string }>(files: T[]): Promise<T | null> {
  for (const file of files) {
    const present = await access(file.path).then(
      () => true,
      () => false,
    );
    if (present) return file;
  }
  return null;
}
