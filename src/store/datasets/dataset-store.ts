import { rm } from "node:fs/promises";
import { appError } from "../../errors.ts";
import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { JobModel } from "../generated/models.ts";
import { unfinishedStatuses } from "../jobs/to-job.ts";
import { pageArguments, pageOf } from "../page-of.ts";
import type { DatasetStore } from "../store.ts";
import type { StoreContext } from "../store-context.ts";
import { createDataset } from "./create-dataset.ts";
import { datasetPath } from "./dataset-path.ts";
import { findDataset, toDataset } from "./find-dataset.ts";
import { previewDataset } from "./preview-dataset.ts";
import { readCharacters } from "./read-characters.ts";

export function createDatasetStore(context: StoreContext): DatasetStore {
  const { client, folder } = context;
  return {
    create: (source) => createDataset(context, source),
    get: async (reference) => toDataset(await findDataset(client, reference)),

    async list(page) {
      return pageOf(await client.dataset.findMany(pageArguments(page)), page.limit, toDataset);
    },

    async preview(reference) {
      const row = await findDataset(client, reference);
      return previewDataset(datasetPath(folder, row), toDataset(row));
    },

    async file(reference) {
      const row = await findDataset(client, reference);
      return { dataset: toDataset(row), path: datasetPath(folder, row) };
    },

    characters: async (reference) => readCharacters(datasetPath(folder, await findDataset(client, reference))),

    async remove(reference) {
      const row = await client.$transaction(async (database) => {
        const found = await findDataset(database, reference);
        const unfinished = await database.job.findMany({ where: { status: { in: [...unfinishedStatuses] } } });
        const job = unfinished.find((each) => isUsedBy(each, found.id));
        if (job !== undefined) {
          throw appError("dataset_in_use", `the dataset ${found.name} is in use by job ${job.id} (${job.status})`);
        }
        return database.dataset.delete({ where: { id: found.id } });
      });
      await rm(datasetPath(folder, row), { force: true });
    },
  };
}

/** As the data of a job, or as the old data that it must not forget. */
function isUsedBy({ datasetId, training }: JobModel, id: string): boolean {
  return datasetId === id || (training as TrainingSettings).init_from?.old_dataset === id;
}
