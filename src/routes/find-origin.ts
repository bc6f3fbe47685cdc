import type { FastifyInstance } from "fastify";
import type { Dataset } from "../schemas/datasets.ts";
import type { Model } from "../schemas/models.ts";
import type { Origin } from "../schemas/origin.ts";
import type { InitFrom } from "../schemas/techniques.ts";

/** What a job begins with; throws model_not_found, model_untrained, checkpoint_not_found, dataset_not_found. */
export async function findOrigin(
  { store }: FastifyInstance,
  from: InitFrom | undefined,
  { model, dataset }: { model: Model; dataset: Dataset },
): Promise<Origin | null> {
  if (from === undefined) return null;
  const source = from.model === undefined ? model : await store.models.get(from.model);
  const { checkpoint, dataset: learned, vocabulary } = await store.models.origin(source.id, from.checkpoint);
  const characters = vocabulary === null || dataset.kind !== "text" ? [] : await store.datasets.characters(dataset.id);
  const known = new Set(vocabulary);
  return {
    model: source,
    checkpoint,
    newCharacters: characters.filter((character) => !known.has(character)),
    oldDataset: await findOldDataset(store.datasets, from.old_dataset, { learned, dataset }),
  };
}

/** The one asked for; else what the checkpoint learned from, where that is another one and still there. */
async function findOldDataset(
  datasets: FastifyInstance["store"]["datasets"],
  asked: string | null | undefined,
  { learned, dataset }: { learned: string; dataset: Dataset },
): Promise<Dataset | null> {
  if (asked === null) return null;
  if (asked !== undefined) return datasets.get(asked);
  if (learned === dataset.id) return null;
  return datasets.get(learned).catch(() => null);
}
