import { join } from "node:path";
import type { Dataset } from "../schemas/datasets.ts";
import type { JobEvent } from "../schemas/events.ts";
import type { TextEvent } from "../schemas/generation.ts";
import type { BackendLevel } from "../schemas/health.ts";
import type { Job } from "../schemas/jobs.ts";
import type { Model } from "../schemas/models.ts";
import type { DemoClient } from "./demo-client.ts";
import type { LiveLine } from "./live-line.ts";
import { watchJob } from "./watch-job.ts";
import { writeSample } from "./write-sample.ts";

/** Sizes that take about a minute on two cores, by what does the arithmetic. */
const sizes: Record<BackendLevel, { units: number; layers: number; steps: number }> = {
  fused: { units: 128, layers: 2, steps: 2000 },
  tensorflow: { units: 128, layers: 1, steps: 500 },
  javascript: { units: 32, layers: 1, steps: 60 },
};

export interface Journey {
  client: DemoClient;
  line: LiveLine;
  folder: string;
  level: BackendLevel;
}

/** Uploads a book, trains an LSTM on it, and streams what it writes. */
export async function textJourney({ client, line, folder, level }: Journey): Promise<void> {
  line.print("\nText: an LSTM reads Moby-Dick, character by character.\n");
  const file = join(folder, "moby-dick.txt");
  await writeSample("moby-dick", file);
  const dataset = await client.upload<Dataset>("/v1/datasets", { name: "moby-dick", kind: "text" }, file);
  const { units, layers, steps } = sizes[level];
  const architecture = { cell: "lstm", units, layers };
  const model = await client.post<Model>("/v1/models", { name: "melville", task: "text", architecture });
  const training = {
    steps,
    checkpoint_every: Math.ceil(steps / 5),
    sample_every: Math.ceil(steps / 10),
    sample_prompt: "The ",
  };
  const job = await client.post<Job>("/v1/jobs", { model: model.name, dataset: dataset.name, training });
  await watchJob(client.socket<JobEvent>(`/v1/jobs/${job.id}/events`), line);

  line.print("\n400 characters, as they are written:\n");
  const request = { type: "generate", prompt: "The whale ", max_tokens: 400, temperature: 0.7, seed: 1 };
  for await (const frame of client.socket<TextEvent>(`/v1/models/${model.name}/generate`, request)) {
    if (frame.type === "text-start") process.stdout.write(`\n${request.prompt}`);
    if (frame.type === "text-delta") process.stdout.write(frame.text);
    if (frame.type === "text-end") break;
  }
  line.print("");
}
