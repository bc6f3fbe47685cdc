/** A covariate of numbers as the network sees it: (value - mean) / deviation. */
export interface ScaledNumber {
  name: string;
  mean: number;
  deviation: number;
}

/** The covariates of a model, in the order of the network's inputs; means, deviations and categories are those of the training part. */
export interface CovariateDescription {
  past: ScaledNumber[];
  future: ScaledNumber[];
  static_numbers: ScaledNumber[];
  static_categories: { name: string; values: string[] }[];
}
