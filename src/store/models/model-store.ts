import { rm, stat } from "node:fs/promises";
import { appError } from "../../errors.ts";
import type { Model } from "../../schemas/models.ts";
import { checkpointFolder, checkpointPath } from "../checkpoint-files.ts";
import { Prisma } from "../generated/client.ts";
import { unfinishedStatuses } from "../jobs/to-job.ts";
import { orNameTaken } from "../name-taken.ts";
import { pageArguments, pageOf } from "../page-of.ts";
import type { ModelStore, ServingModel } from "../store.ts";
import type { StoreContext } from "../store-context.ts";
import { findModel } from "./find-model.ts";
import { findOrigin } from "./find-origin.ts";
import { expectTask } from "./serving-models.ts";
import { modelParts, toModel } from "./to-model.ts";

export function createModelStore(context: StoreContext): ModelStore {
  const { client, newId, serving } = context;
  return {
    async create(model) {
      const now = new Date();
      const data = {
        id: newId("mdl"),
        name: model.name,
        task: model.task,
        architecture: model.architecture,
        forecast: model.forecast ?? Prisma.DbNull,
        sequence: model.sequence ?? Prisma.DbNull,
        text: model.text ?? Prisma.DbNull,
        parameterCount: model.parameter_count,
        metrics: {},
        tags: model.tags,
        createdAt: now,
        updatedAt: now,
      };
      return toModel(await orNameTaken("model", model.name, () => client.model.create({ data, include: modelParts })));
    },

    get: (reference) => findModel(client, reference),

    async list(page) {
      return pageOf(await client.model.findMany({ ...pageArguments(page), include: modelParts }), page.limit, toModel);
    },

    async update(reference, { name, tags }) {
      const { id } = await findModel(client, reference);
      const data = {
        ...(name === undefined ? {} : { name }),
        ...(tags === undefined ? {} : { tags }),
        updatedAt: new Date(),
      };
      const row = await orNameTaken("model", name, () =>
        client.model.update({ where: { id }, data, include: modelParts }),
      );
      serving.forget();
      return toModel(row);
    },

    remove: (reference) => removeModel(context, reference),
    checkpoint: async (reference, checkpoint) =>
      findCheckpointFile(context, await findModel(client, reference), checkpoint),
    origin: async (reference, checkpoint) =>
      findOrigin(context, await findCheckpointFile(context, await findModel(client, reference), checkpoint)),
    serving: (reference, task, checkpoint) => serving.get(reference, task, checkpoint),
  };
}

async function removeModel({ client, folder, serving }: StoreContext, reference: string): Promise<string[]> {
  const { jobs, checkpoints } = await client.$transaction(async (transaction) => {
    const { id, name } = await findModel(transaction, reference);
    const jobs = await transaction.job.findMany({ where: { modelId: id }, select: { id: true, status: true } });
    const busy = jobs.find((job) => unfinishedStatuses.includes(job.status));
    if (busy !== undefined) {
      throw appError("model_in_use", `the model ${name} is in use by job ${busy.id} (${busy.status}): cancel it first`);
    }
    const checkpoints = await transaction.checkpoint.findMany({
      where: { job: { modelId: id } },
      select: { id: true, jobId: true },
    });
    await transaction.model.delete({ where: { id } });
    return { jobs, checkpoints };
  });
  serving.forget();
  for (const job of jobs) await rm(checkpointFolder(folder, job.id), { recursive: true, force: true });
  return checkpoints.map((checkpoint) => checkpointPath(folder, checkpoint));
}

/** For ServingModels. */
export async function findServingModel(
  context: Pick<StoreContext, "client" | "folder">,
  ...[reference, task, checkpoint]: Parameters<ModelStore["serving"]>
): Promise<ServingModel> {
  const model = await findModel(context.client, reference);
  expectTask(model, task);
  const { id, name, forecast } = model;
  return { id, name, forecast, checkpoint: await findCheckpointFile(context, model, checkpoint) };
}

async function findCheckpointFile(
  { client, folder }: Pick<StoreContext, "client" | "folder">,
  model: Model,
  checkpoint: string | undefined,
) {
  const id = checkpoint ?? model.checkpoint;
  if (id === null)
    throw appError("model_untrained", `the model ${model.name} has no checkpoint yet: train it with a job`);
  const row = await client.checkpoint.findFirst({ where: { id, job: { modelId: model.id } } });
  if (row === null) {
    throw appError(
      "checkpoint_not_found",
      `expected the id of a checkpoint of the model ${model.name}, got ${JSON.stringify(id)}`,
    );
  }
  const path = checkpointPath(folder, row);
  try {
    await stat(path);
  } catch (cause) {
    throw appError("checkpoint_corrupt", `the file of checkpoint ${id} is missing from the data folder`, { cause });
  }
  return { id, path };
}
