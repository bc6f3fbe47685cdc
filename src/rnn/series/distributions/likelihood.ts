/** A family of distributions that a head can give, one for each step. */
export interface Likelihood {
  /** Numbers that the network gives for a step. */
  readonly outputs: number;
  /** Its values are counts; else they are what is added to the baseline, in units of the window's scale. */
  readonly counts: boolean;
  /**
   * -log p(target | what the network gave); its slopes go where the step's numbers are in `given`. Targets are as ForecastBatch
   * writes them.
   */
  loss(given: StepOutput, target: number, slopes: Float32Array): number;
  /** Of the distribution; those of several networks may be averaged. */
  parameters(given: StepOutput): number[];
  /**
   * Of a distribution: for the share that a standard normal distribution has below a score, the value below which the same share
   * of this one lies.
   */
  quantiles(parameters: number[]): (score: number) => number;
}

export interface StepOutput {
  values: Float32Array;
  /** Where the step's numbers begin. */
  start: number;
  /** What the baseline says for the step. */
  base: number;
}
