import type { Static } from "typebox";
import type { SeriesSummary } from "../schemas/datasets.ts";
import type { TrainingRequest } from "../schemas/jobs.ts";
import type { ForecastSettings } from "../schemas/models.ts";
import type { TrainingFaults } from "./training-faults.ts";

const textOnly = {
  sequence_length: "the model's forecast.context_length says how much history a window holds",
  validation_fraction: "the last horizon of every series, or more where series are few, is kept for validation",
  sequence_stride: "only a text is read on from step to step",
  scheduled_sampling: "a forecast is made in one go, all steps at once",
  sample_prompt: "samples are forecasts of held-out series",
  sample_length: "samples are as long as the model's horizon",
} as const;

const passes = 40;
const [fewestSteps, mostSteps] = [300, 1500];

/** Forty passes over the windows, within bounds: small data need few, and large ones have shown enough by then. */
export function usualForecastSteps({
  summary: { series, points },
  horizon,
  batchSize,
}: {
  summary: Static<typeof SeriesSummary>;
  horizon: number;
  batchSize: number;
}): number {
  // Of each series the hold-out's horizon, and about two more before the first window's end, begin no window.
  const windows = Math.max(0, points - 3 * horizon * series);
  return Math.min(Math.max(Math.ceil((passes * windows) / batchSize), fewestSteps), mostSteps);
}

interface ForecastData {
  summary: Static<typeof SeriesSummary>;
  horizon: number;
  covariates?: ForecastSettings["covariates"];
}

/** Refuses what only a text has, and series too short for the horizon. */
export function checkForecastTraining(
  request: TrainingRequest,
  { summary, horizon, covariates }: ForecastData,
  faults: TrainingFaults,
): void {
  for (const [field, hint] of Object.entries(textOnly)) {
    const value = request[field as keyof typeof textOnly];
    if (value === undefined) continue;
    faults.add(field, "not_applicable", `${field} means nothing for a forecast`, { value, hint });
  }
  const known = summary.covariates?.map(({ name }) => name) ?? [];
  for (const name of covariates === undefined || covariates === "auto" ? [] : covariates) {
    if (known.includes(name)) continue;
    const message = `expected series with the model's covariate ${name}, they have ${known.join(", ") || "none"}`;
    faults.addDataset(message, { value: name, allowed: known });
  }
  const { longest } = summary;
  if (longest < 2 * horizon) {
    const message = `expected a series of at least 2 horizons (${2 * horizon} values), the longest has ${longest}`;
    faults.addDataset(message, { value: longest, allowed: { minimum: 2 * horizon } });
  } else if (longest < 3 * horizon && request.early_stopping) {
    const message = `early_stopping needs a hold-out: a series of 3 horizons (${3 * horizon} values), the longest has ${longest}`;
    faults.add("early_stopping", "conflict", message, { value: request.early_stopping });
  }
}
