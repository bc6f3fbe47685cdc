import { appError } from "../../../errors.ts";
import type { CovariateDescription } from "./covariate-description.ts";
import { type CovariateValues, valueNamed } from "./covariate-values.ts";
import { numberScale } from "./number-scale.ts";

/** Covariates of a series beside the steps of it that training may see. */
export interface TrainedCovariates {
  values: CovariateValues;
  from: number;
  to: number;
}

const mostCategories = 1024;

/** Means, deviations and categories of the named covariates, from the training part alone. Throws dataset_invalid. */
export function learnCovariates(names: string[], series: TrainedCovariates[]): CovariateDescription | null {
  if (names.length === 0) return null;
  const first = series[0]!.values;
  const namesOf = (field: keyof CovariateValues) =>
    names.filter((name) => valueNamed(first[field] as Record<string, unknown> | undefined, name) !== undefined);
  const scales = (field: "past_covariates" | "future_covariates") =>
    namesOf(field).map((name) => {
      const lists = series.map(({ values, from, to }) => (valueNamed(values[field], name) ?? []).slice(from, to));
      return numberScale(name, lists);
    });
  const statics = namesOf("static").map((name) => ({
    name,
    values: series.map(({ values }) => valueNamed(values.static, name)).filter((value) => value !== undefined),
  }));
  const isNumber = ({ values }: { values: (number | string)[] }) => typeof values[0] === "number";
  return {
    past: scales("past_covariates"),
    future: scales("future_covariates"),
    static_numbers: statics.filter(isNumber).map(({ name, values }) => numberScale(name, [values as number[]])),
    static_categories: statics
      .filter((one) => !isNumber(one))
      .map(({ name, values }) => ({ name, values: categoriesOf(name, values as string[]) })),
  };
}

function categoriesOf(name: string, values: string[]): string[] {
  const categories = [...new Set(values)].sort();
  if (categories.length <= mostCategories) return categories;
  const message = `expected at most ${mostCategories} categories of the covariate ${name}, got ${categories.length}`;
  throw appError("dataset_invalid", message);
}
