import { appError, type ErrorDetail } from "../errors.ts";
import type { ForecastBody, ForecastInput } from "../schemas/forecast.ts";
import type { Model } from "../schemas/models.ts";

const mostFaults = 20;

/** What a schema cannot say about a request, before any of it crosses to the inference thread. Throws validation_failed. */
export function checkForecast(body: ForecastBody, model: Pick<Model, "forecast">): void {
  const { inputs, horizon, quantiles } = body;
  const errors = inputs.flatMap((input, index) => timeFaults(input, `/inputs/${index}`));
  const longest = model.forecast?.horizon;
  if (horizon !== undefined && longest !== undefined && horizon > longest) {
    const message = `expected at most the model's own horizon of ${longest}, got ${horizon}`;
    errors.push({ pointer: "/horizon", code: "range", message, value: horizon, allowed: `up to ${longest}` });
  }
  errors.push(...sampleFaults(body, horizon ?? longest ?? 1));
  const isFamily = (model.forecast?.likelihood ?? "quantile") !== "quantile";
  const learned = isFamily ? [] : (model.forecast?.quantiles ?? []);
  const [low = 0, high = 1] = [Math.min(...learned), Math.max(...learned)];
  for (const [index, quantile] of (quantiles ?? []).entries()) {
    if (learned.length === 0 || (quantile >= low && quantile <= high)) continue;
    const message = `expected a quantile within the model's own, ${low} to ${high}, got ${quantile}`;
    errors.push({ pointer: `/quantiles/${index}`, code: "range", message, value: quantile, allowed: learned });
  }
  const [first] = errors;
  if (first === undefined) return;
  throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors: errors.slice(0, mostFaults) });
}

const mostSampled = 500_000;

function sampleFaults({ inputs, samples, seed }: ForecastBody, horizon: number): ErrorDetail[] {
  if (samples === undefined) {
    if (seed === undefined) return [];
    const message = "a seed says nothing without samples: quantiles and mean need no chance";
    return [
      { pointer: "/seed", code: "incomplete", message, value: seed, hint: "send samples, too, or leave seed out" },
    ];
  }
  const numbers = inputs.length * samples * horizon;
  if (numbers <= mostSampled) return [];
  const most = Math.floor(mostSampled / (inputs.length * horizon));
  const message = `expected at most ${mostSampled} numbers in all samples, got ${inputs.length} series x ${samples} samples x ${horizon} steps = ${numbers}`;
  const hint = most > 0 ? `send samples of ${most} or less, or fewer series` : "send fewer series";
  return [{ pointer: "/samples", code: "too_many", message, value: samples, allowed: { maximum: most }, hint }];
}

function timeFaults({ start, frequency, timestamps, target }: ForecastInput, pointer: string): ErrorDetail[] {
  const errors: ErrorDetail[] = [];
  if (start !== undefined && timestamps !== undefined) {
    const message = "expected either start or timestamps, got both";
    errors.push({
      pointer: `${pointer}/timestamps`,
      code: "exclusive",
      message,
      hint: "start and frequency stand for all timestamps",
    });
  }
  if (timestamps !== undefined && timestamps.length !== target.length) {
    const message = `expected one timestamp for each of ${target.length} values, got ${timestamps.length}`;
    errors.push({ pointer: `${pointer}/timestamps`, code: "length", message });
  }
  if (frequency !== undefined && start === undefined && timestamps === undefined) {
    const message = "a frequency says nothing without start or timestamps";
    errors.push({
      pointer: `${pointer}/frequency`,
      code: "incomplete",
      message,
      hint: "send start, too, or leave frequency out",
    });
  }
  return errors;
}
