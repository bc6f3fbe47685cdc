import type { CovariateDescription, ScaledNumber } from "./covariate-description.ts";
import { type CovariateValues, valueNamed } from "./covariate-values.ts";
import type { SeriesCovariates } from "./series-covariates.ts";

/** As far from the mean as float32 and the network's activations bear. */
const furthest = 1e4;

function scaled(value: number, { mean, deviation }: ScaledNumber): number {
  return Math.min(Math.max((value - mean) / deviation, -furthest), furthest);
}

/** A missing value is the last known one before it, never one after it; the mean where there is none. */
function scaleList(list: (number | null)[] | undefined, scale: ScaledNumber, skipped: number): Float32Array {
  const values = new Float32Array(Math.max(0, (list?.length ?? 0) - skipped));
  let last = 0;
  for (const [step, value] of list?.entries() ?? []) {
    if (value !== null) last = scaled(value, scale);
    if (step >= skipped) values[step - skipped] = last;
  }
  return values;
}

/** Puts the covariates of a series as the model knows them; the first `skipped` steps stand before the target's first known value. */
export function scaleCovariates(
  values: CovariateValues,
  description: CovariateDescription,
  skipped: number,
): SeriesCovariates {
  const { static_numbers: numbers, static_categories: categories } = description;
  const statics = numbers.map((scale) => {
    const value = valueNamed(values.static, scale.name);
    return typeof value === "number" ? scaled(value, scale) : 0;
  });
  for (const { name, values: known } of categories) {
    const value = valueNamed(values.static, name);
    statics.push(...known.map((category) => (category === value ? 1 : 0)));
  }
  return {
    past: description.past.map((one) => scaleList(valueNamed(values.past_covariates, one.name), one, skipped)),
    future: description.future.map((one) => scaleList(valueNamed(values.future_covariates, one.name), one, skipped)),
    statics: Float32Array.from(statics),
  };
}
