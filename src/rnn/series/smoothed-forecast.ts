/** How a smoothed season goes on; both in [0, 1]. */
export interface Smoothing {
  /** How much less each older season weighs: with 0 all weigh the same, with 1 only the newest does. */
  forgetting: number;
  /** Share that is left after each step of what the last value lay off from its place in the seasons before. */
  damping: number;
}

const furthest = Number.MAX_VALUE;
const bounded = (value: number) => Math.min(Math.max(value, -furthest), furthest);

/**
 * A forecast without a network: the season as it mostly was (exponentially weighted over the seasons, Winters 1960), and on top of
 * it what the last value lay off from those before its own, damped by damping^step. Without a season the smoothed level. [horizon]
 */
export function smoothedForecast(
  values: Float64Array,
  { forgetting, damping }: Smoothing,
  { season, horizon }: { season: number; horizon: number },
): Float64Array {
  const { length } = values;
  const period = season <= length ? season : 1;
  const profile = smoothedSeason(values, period, forgetting);
  const before =
    length < 2 * period ? profile : smoothedSeason(values.subarray(0, length - period), period, forgetting);
  const distance = bounded(values[length - 1]! - before[period - 1]!);
  return Float64Array.from({ length: horizon }, (_, step) =>
    bounded(profile[step % period]! + damping ** (step + 1) * distance),
  );
}

/** Ends with the newest value. [period] */
function smoothedSeason(values: Float64Array, period: number, forgetting: number): Float64Array {
  const profile = new Float64Array(period);
  let [weight, weights] = [1, 0];
  for (let start = values.length - period; start >= 0 && weight > 1e-6; start -= period) {
    weights += weight;
    // A running mean: no sum that could overflow.
    const share = weight / weights;
    for (let step = 0; step < period; step++)
      profile[step] = profile[step]! * (1 - share) + values[start + step]! * share;
    weight *= 1 - forgetting;
  }
  return profile;
}
