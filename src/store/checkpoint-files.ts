import { rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { appError } from "../errors.ts";
import type { DataFolder } from "./data-folder.ts";

export function checkpointFolder(folder: DataFolder, job: string): string {
  return join(folder.checkpoints, job);
}

export function checkpointPath(folder: DataFolder, { jobId, id }: { jobId: string; id: string }): string {
  return join(checkpointFolder(folder, jobId), `${id}.safetensors`);
}

/** The table keeps no paths, so a file must lie where its ids say. */
export function expectCheckpointPath(
  folder: DataFolder,
  checkpoint: { jobId: string; id: string; path: string },
): void {
  const expected = checkpointPath(folder, checkpoint);
  const inside = dirname(expected) === checkpointFolder(folder, checkpoint.jobId);
  if (inside && resolve(checkpoint.path) === resolve(expected)) return;
  throw appError("internal", `expected checkpoint ${checkpoint.id} at ${expected}, got ${checkpoint.path}`);
}

/** After the rows are gone. The rows are the truth: a file that cannot be removed now is swept at the next start. */
export async function removeCheckpointFiles(
  folder: DataFolder,
  checkpoints: { jobId: string; id: string }[],
): Promise<void> {
  await Promise.allSettled(checkpoints.map((checkpoint) => rm(checkpointPath(folder, checkpoint), { force: true })));
}
