import { join } from "node:path";
import type { Dataset, DatasetPreview } from "../schemas/datasets.ts";
import type { JobEvent } from "../schemas/events.ts";
import type { Forecast } from "../schemas/forecast.ts";
import type { Job } from "../schemas/jobs.ts";
import type { Model } from "../schemas/models.ts";
import { bandChart } from "./band-chart.ts";
import type { Journey } from "./text-journey.ts";
import { watchJob } from "./watch-job.ts";
import { writeSample } from "./write-sample.ts";

const horizon = 12;
const stepsByLevel = { fused: 600, tensorflow: 400, javascript: 60 };

/** Uploads monthly series, trains one GRU on all of them, and draws a forecast with its band. */
export async function seriesJourney({ client, line, folder, level }: Journey): Promise<void> {
  line.print("\nSeries: one GRU learns every series of a set, and says how sure it is.\n");
  const file = join(folder, "monthly.csv");
  await writeSample("us-employment", file);
  const dataset = await client.upload<Dataset>("/v1/datasets", { name: "us-employment", kind: "series" }, file);
  const model = await client.post<Model>("/v1/models", {
    name: "employment",
    task: "forecast",
    architecture: { cell: "gru", units: 64 },
    forecast: { horizon, head_units: 128 },
  });
  const steps = stepsByLevel[level];
  const training = { steps, sample_every: Math.ceil(steps / 2), checkpoint_every: Math.ceil(steps / 4) };
  const job = await client.post<Job>("/v1/jobs", { model: model.name, dataset: dataset.name, training });
  await watchJob(client.socket<JobEvent>(`/v1/jobs/${job.id}/events`), line);

  const preview = await client.get<DatasetPreview>(`/v1/datasets/${dataset.name}/preview`);
  if (preview.kind !== "series") throw new Error(`expected a preview of series, got ${preview.kind}`);
  const [{ id, start, target }] = preview.series;
  const inputs = [{ id, start, frequency: "mo", target }];
  const forecast = await client.post<Forecast>(`/v1/models/${model.name}/forecast`, { inputs, quantiles: [0.1, 0.9] });
  const [output] = forecast.outputs;
  const { "0.1": lower, "0.9": upper } = output.quantiles;
  line.print(`\n${id}: the next ${horizon} months\n`);
  line.print(bandChart({ history: target.slice(-60), median: output.median, lower, upper }));
}
