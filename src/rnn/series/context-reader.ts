import type { FilledValues } from "./fill-gaps.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import { type Smoothing, smoothedForecast } from "./smoothed-forecast.ts";

/** How a window was scaled: value = centre + scale x what the network sees. */
export interface WindowScale {
  centre: number;
  scale: number;
  /** Mean absolute value over the last long season; in log space of the values themselves. */
  level: number;
}

const smallestScale = 0.01;
const largestScale = Number.MAX_VALUE / 1e8;

const bounded = (value: number) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
const boundedDifference = (value: number, other: number) => bounded(value - other);

/** Mean of the function over steps from..to-1, without a sum that could overflow. */
function meanOver(from: number, to: number, value: (step: number) => number): number {
  let mean = 0;
  for (let step = from; step < to; step++) mean += (value(step) - mean) / (step - from + 1);
  return mean;
}

/** Cuts contexts from series: padded on the left, centred, with their scale and the baseline that the network corrects. */
export class ContextReader {
  /** The context last read, in transformed units. */
  readonly values: Float64Array;
  /** Of the context last read, for each step of the horizon, in transformed units. */
  readonly baseline: Float64Array;
  /** The smoothed forecast of the same steps; null without a smoothing. */
  smoothed: Float64Array | null = null;
  readonly #geometry: ForecastGeometry;
  readonly #smoothing: Smoothing | null;

  constructor(geometry: ForecastGeometry, smoothing: Smoothing | null = null) {
    this.#geometry = geometry;
    this.#smoothing = smoothing;
    this.values = new Float64Array(geometry.contextLength);
    this.baseline = new Float64Array(geometry.horizon);
  }

  /** Reads the context before step `origin`; what comes at `origin` and after has no part in it. Needs origin >= 1. */
  read(series: FilledValues, origin: number): WindowScale {
    const { contextLength, isDifferenced, scaling } = this.#geometry;
    const real = Math.min(origin, contextLength);
    const start = contextLength - real;
    this.values.set(series.values.subarray(origin - real, origin), start);
    const latest = series.latestKnown?.[origin - 1] ?? origin - 1;
    if (latest < origin - 1)
      this.values.fill(series.values[latest]!, Math.max(0, contextLength - (origin - 1 - latest)));
    this.#padLeft(start);
    this.#readBaseline();
    if (this.#smoothing !== null) this.smoothed = smoothedForecast(this.values, this.#smoothing, this.#geometry);
    const scale = scaling === "series" ? this.#measureAll(series.values.subarray(0, latest + 1)) : this.#measure(real);
    return isDifferenced ? this.#takeDifferences(scale) : scale;
  }

  /** Each value becomes its change from the one before; what is forecast stays the value itself, by its change from the last one. */
  #takeDifferences(scale: WindowScale): WindowScale {
    for (let step = this.values.length - 1; step > 0; step--) {
      this.values[step] = boundedDifference(this.values[step]!, this.values[step - 1]!);
    }
    this.values[0] = this.values.length > 1 ? this.values[1]! : 0;
    return { ...scale, centre: 0 };
  }

  /** A seasonal baseline's season goes on to the left; else, and where less than a season is there, the first value does. */
  #padLeft(start: number): void {
    const { baseline, season, contextLength } = this.#geometry;
    const first = this.values[start]!;
    const seasonal = baseline === "seasonal";
    for (let step = start - 1; step >= 0; step--) {
      this.values[step] = seasonal && step + season < contextLength ? this.values[step + season]! : first;
    }
  }

  #readBaseline(): void {
    const { baseline, season, contextLength, horizon, isDifferenced } = this.#geometry;
    const period = baseline === "seasonal" ? season : 1;
    for (let step = 0; step < horizon; step++) {
      this.baseline[step] = this.values[contextLength - period + (step % period)]!;
    }
    if (!isDifferenced || baseline !== "seasonal") return;
    // The changes of the last season come again: its values, moved by what the season before them has changed to.
    const last = this.values[contextLength - 1]!;
    const before = this.values[contextLength - 1 - season] ?? this.values[0]!;
    for (let step = 0; step < horizon; step++) {
      const seasons = 1 + Math.floor(step / season);
      this.baseline[step] = bounded(this.baseline[step]! + seasons * (last - before));
    }
  }

  /** Over the last long season. */
  #measure(real: number): WindowScale {
    const { contextLength, longSeason } = this.#geometry;
    return this.#measureOver(this.values, {
      from: contextLength - Math.min(longSeason, real),
      first: contextLength - real,
    });
  }

  /** Over all that came before the forecast. */
  #measureAll(values: Float64Array): WindowScale {
    return this.#measureOver(values, { from: 0, first: 0 });
  }

  /** Over the values from one on; the change from the value before it counts, where that is not older than `first`. */
  #measureOver(values: Float64Array, { from, first }: { from: number; first: number }): WindowScale {
    const { baseline, transform } = this.#geometry;
    const { length } = values;
    // Halves: the difference of two doubles may be none.
    const halfChange = meanOver(Math.max(from, first + 1), length, (step) =>
      Math.abs(values[step]! / 2 - values[step - 1]! / 2),
    );
    const spread = 6 * halfChange;
    const mean = meanOver(from, length, (step) => values[step]!);
    const centre = baseline === "none" ? mean : values[length - 1]!;
    if (transform.startsWith("log")) return { centre, scale: Math.max(spread, smallestScale), level: Math.exp(mean) };
    const level = meanOver(from, length, (step) => Math.abs(values[step]!));
    // 0.01 in log space is one part in a hundred; so it is here.
    const floor = smallestScale * (level || meanOver(0, length, (step) => Math.abs(values[step]!)));
    const scale = Math.min(Math.max(spread, floor), largestScale);
    return { centre, scale: scale > 0 ? scale : 1, level };
  }
}
