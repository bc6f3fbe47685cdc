/** Slope of the logarithm of the gamma function, for x > 0 (Abramowitz and Stegun 1964, 6.3.5 and 6.3.18). */
export function digamma(x: number): number {
  let shifted = x;
  let below = 0;
  for (; shifted < 10; shifted++) below += 1 / shifted;
  const inverse = 1 / shifted ** 2;
  const series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))));
  return Math.log(shifted) - 0.5 / shifted - series - below;
}
