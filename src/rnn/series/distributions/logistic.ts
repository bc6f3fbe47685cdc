/** 1 / (1 + e^-x), the slope of softplus. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
