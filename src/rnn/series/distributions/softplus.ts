/** log(1 + e^x): positive, with the slope 1 / (1 + e^-x). */
export function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}
