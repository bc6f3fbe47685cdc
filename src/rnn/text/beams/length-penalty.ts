/** What a sum of log-probabilities is divided by, so that long texts may stand beside short ones: ((5 + tokens) / 6) ** exponent (Wu et al. 2016, equation 14). */
export function lengthPenalty(tokens: number, exponent: number): number {
  return ((5 + tokens) / 6) ** exponent;
}
