import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkpointPath } from "./checkpoint-files.ts";
import type { DataFolder } from "./data-folder.ts";
import { datasetPath } from "./datasets/dataset-path.ts";
import type { PrismaClient } from "./generated/client.ts";

/**
 * Removes what a process that was killed has left behind: files that no row names, since a file comes before its row and
 * goes after it. The folder must be locked.
 */
export async function sweepFiles(client: PrismaClient, folder: DataFolder): Promise<void> {
  await keepOnly(folder.temporary, new Set());
  const datasets = await client.dataset.findMany({ select: { id: true, kind: true } });
  await keepOnly(folder.datasets, new Set(datasets.map((dataset) => basename(datasetPath(folder, dataset)))));
  const jobs = await client.job.findMany({ select: { id: true, checkpoints: { select: { id: true, jobId: true } } } });
  await keepOnly(folder.checkpoints, new Set(jobs.map((job) => job.id)));
  const checkpoints = new Map(jobs.map((job) => [job.id, job.checkpoints]));
  for (const job of await readdir(folder.checkpoints)) {
    const files = checkpoints.get(job)!.map((checkpoint) => basename(checkpointPath(folder, checkpoint)));
    await keepOnly(join(folder.checkpoints, job), new Set(files));
  }
}

async function keepOnly(path: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(path)) {
    if (!names.has(name)) await rm(join(path, name), { recursive: true, force: true });
  }
}
