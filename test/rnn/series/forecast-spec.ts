import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { CovariateValues } from "../../../src/rnn/series/covariates/covariate-values.ts";
import type { ForecastSettings } from "../../../src/schemas/models.ts";
import type { TrainingSpec } from "../../../src/schemas/training-run.ts";
import { architectureOf } from "../../architecture.ts";
import { plainForecast } from "../../forecast-settings.ts";

export const autoSettings: Omit<ForecastSettings, "horizon"> = {
  context_length: "auto",
  block_length: "auto",
  lags: "auto",
  season_length: "auto",
  baseline: "auto",
  transform: "auto",
  head_units: 32,
  ...plainForecast,
  covariates: "auto",
  quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
};

export interface TestSeries extends CovariateValues {
  id: string;
  target: (number | null)[];
}

/** Writes the series as the store does and describes a small run over them. */
export async function forecastSpec(
  folder: string,
  series: TestSeries[],
  { frequency = "mo", ...settings }: Partial<ForecastSettings> & { horizon: number; frequency?: string | null },
): Promise<TrainingSpec> {
  const file = path.join(folder, "series.jsonl");
  await writeFile(file, series.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const summary = { series: series.length, points: 0, missing: 0, shortest: 0, longest: 0, minimum: 0, maximum: 0 };
  return {
    job: "job_test",
    model: "mdl_test",
    attempt: 1,
    task: "forecast",
    architecture: architectureOf({ cell: "gru", units: 16 }),
    forecast: { ...autoSettings, ...settings },
    sequence: null,
    training: {
      epochs: null,
      steps: 100,
      batch_size: 32,
      learning_rate: 0.006,
      optimizer: "adam",
      weight_decay: 0,
      schedule: { type: "constant", warmup_steps: 0 },
      clip_norm: 1,
      early_stopping: null,
      checkpoint_every: 100,
      sample_every: 10,
      seed: 1,
    },
    dataset: { path: file, sha256: "", summary: { kind: "series", frequency, ...summary } },
    checkpointFolder: folder,
    resumeFrom: null,
    reportedStep: 0,
  };
}
