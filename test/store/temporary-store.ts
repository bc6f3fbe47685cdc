import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { JobChange } from "../../src/schemas/job-record.ts";
import { type OpenStoreOptions, openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { newModel, training } from "./store-values.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A store in a folder of its own; closed and removed when the test has ended. */
export async function temporaryStore(
  options: Partial<OpenStoreOptions> = {},
): Promise<{ store: Store; folder: string }> {
  const folder = options.dataFolder ?? (await temporaryFolder());
  const store = await openStore({ maxUploadBytes: 64 * 1024 * 1024, ...options, dataFolder: folder });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { store, folder };
}

/** A text dataset, a model and a queued job. */
export async function jobIn(store: Store, name = "first"): Promise<{ model: string; job: string; dataset: string }> {
  const dataset = await store.datasets.create({
    format: "json",
    body: { name: `${name}-text`, kind: "text", text: "abc" },
  });
  const model = await store.models.create(newModel(name));
  const job = await store.jobs.create({ model: model.id, dataset: dataset.id, training });
  return { model: model.id, job: job.id, dataset: dataset.id };
}

/** Writes a checkpoint's file and gives the change that records it. The number makes the id: 26 characters after the prefix. */
export async function checkpointChange(
  store: Store,
  job: string,
  { number, step, best, loss }: { number: number; step: number; best: boolean; loss: number },
): Promise<NonNullable<JobChange["checkpoint"]>> {
  const record = await store.jobs.record(job);
  const id = `ckp_${String(number).padStart(26, "0")}`;
  const path = join(record.checkpointFolder, `${id}.safetensors`);
  await writeFile(path, `weights of ${number}`);
  const metrics = { validation_loss: loss };
  return { id, job, model: record.job.model, step, metrics, best, bytes: 12, sha256: "ab".repeat(32), path };
}
