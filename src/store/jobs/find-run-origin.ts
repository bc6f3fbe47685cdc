import { appError } from "../../errors.ts";
import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { RunOrigin } from "../../schemas/training-run.ts";
import { checkpointPath } from "../checkpoint-files.ts";
import { datasetPath } from "../datasets/dataset-path.ts";
import { findDataset } from "../datasets/find-dataset.ts";
import type { StoreContext } from "../store-context.ts";

/** Files of what a job begins with; null for random weights. Throws checkpoint_not_found, dataset_not_found. */
export async function findRunOrigin(
  { client, folder }: StoreContext,
  { init_from: from }: Pick<TrainingSettings, "init_from">,
): Promise<RunOrigin | null> {
  if (from?.checkpoint === undefined) return null;
  const row = await client.checkpoint.findUnique({ where: { id: from.checkpoint } });
  if (row === null) {
    throw appError("checkpoint_not_found", `the checkpoint ${from.checkpoint} that the job begins with is gone`);
  }
  const old = from.old_dataset ? await findDataset(client, from.old_dataset) : null;
  return {
    path: checkpointPath(folder, row),
    oldDataset: old === null ? null : { path: datasetPath(folder, old) },
  };
}
