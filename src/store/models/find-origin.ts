import { readCheckpointHeader } from "../read-checkpoint-header.ts";
import type { StoreContext } from "../store-context.ts";

/** What a checkpoint learned: from which dataset, and which characters. */
export async function findOrigin({ client }: StoreContext, { id, path }: { id: string; path: string }) {
  const row = await client.checkpoint.findUniqueOrThrow({
    where: { id },
    select: { job: { select: { datasetId: true } } },
  });
  const { task_description: description } = await readCheckpointHeader(path);
  const { vocabulary } = JSON.parse(description ?? "{}") as { vocabulary?: unknown };
  // Bytes spell every character.
  const characters = Array.isArray(vocabulary) ? (vocabulary as string[]) : null;
  return { checkpoint: id, dataset: row.job.datasetId, vocabulary: characters };
}
