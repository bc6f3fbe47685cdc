import type { ModelDigests } from "../../schemas/sessions.ts";
import type { HistoryRules } from "../series/read-forecast-inputs.ts";
import type { ForecastingModel } from "./series-state.ts";

export function forecastingModel(digests: ModelDigests, { geometry }: HistoryRules): ForecastingModel {
  const { contextLength, transform, likelihood } = geometry;
  return {
    digests,
    contextLength,
    values: { positive: transform.startsWith("log"), counts: likelihood === "negative_binomial" },
  };
}
