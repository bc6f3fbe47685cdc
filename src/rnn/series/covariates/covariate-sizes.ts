import type { CovariateDescription } from "./covariate-description.ts";

export interface CovariateSizes {
  past: number;
  future: number;
  /** Static numbers, and one for each category. */
  statics: number;
}

/** How many numbers the covariates of a model come to; null where it has none. */
export function covariateSizes(description: CovariateDescription | null | undefined): CovariateSizes {
  if (!description) return { past: 0, future: 0, statics: 0 };
  const { past, future, static_numbers: numbers, static_categories: categories } = description;
  const places = categories.reduce((sum, { values }) => sum + values.length, 0);
  return { past: past.length, future: future.length, statics: numbers.length + places };
}
