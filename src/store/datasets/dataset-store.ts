import { rm } from "node:fs/promises";
import { appError } from "../../errors.ts";
import { unfinishedStatuses } from "../jobs/to-job.ts";
import { pageArguments, pageOf } from "../page-of.ts";
import type { DatasetStore } from "../store.ts";
import type { StoreContext } from "../store-context.ts";
import { createDataset } from "./create-dataset.ts";
import { datasetPath } from "./dataset-path.ts";
import { findDataset, toDataset } from "./find-dataset.ts";
import { previewDataset } from "./preview-dataset.ts";

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

    async remove(reference) {
      const row = await client.$transaction(async (database) => {
        const found = await findDataset(database, reference);
        const where = { datasetId: found.id, status: { in: [...unfinishedStatuses] } };
        const job = await database.job.findFirst({ where });
        if (job !== null) {
          throw appError("dataset_in_use", `the dataset ${found.name} is in use by job ${job.id} (${job.status})`);
        }
        return database.dataset.delete({ where: { id: found.id } });
      });
      await rm(datasetPath(folder, row), { force: true });
    },
  };
}
