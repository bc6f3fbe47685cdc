/** Covariates of one series as the network takes them: scaled, without gaps, their first value beside the target's first known one. */
export interface SeriesCovariates {
  /** One list for each past covariate; as long as the target. */
  past: Float32Array[];
  /** One list for each future covariate; it goes on past the target. */
  future: Float32Array[];
  /** Static numbers, then a 1 in each category's place. [staticFeatures] */
  statics: Float32Array;
}
