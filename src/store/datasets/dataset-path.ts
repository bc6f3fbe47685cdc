import { join } from "node:path";
import type { DataFolder } from "../data-folder.ts";

/** Text is kept as UTF-8 text, series and sequences as JSON Lines. */
export function datasetPath(folder: DataFolder, { id, kind }: { id: string; kind: string }): string {
  return join(folder.datasets, `${id}.${kind === "text" ? "txt" : "jsonl"}`);
}
