import type { Dataset } from "./datasets.ts";
import type { Model } from "./models.ts";

/** The checkpoint that a run begins with, as a request is judged by it. */
export interface Origin {
  model: Pick<Model, "id" | "name" | "task" | "architecture" | "forecast" | "sequence"> & Partial<Pick<Model, "text">>;
  checkpoint: string;
  /** Text: characters of the new data that the checkpoint has none of. */
  newCharacters: string[];
  /** The data it must not forget: another dataset than the run's own. */
  oldDataset: Pick<Dataset, "id" | "kind" | "summary"> | null;
}
