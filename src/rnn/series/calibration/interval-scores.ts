import type { ForecastCalibration } from "./forecast-calibration.ts";
import { intervalWidth } from "./interval-width.ts";
import { type LevelPair, levelPairs } from "./level-pairs.ts";
import { outsideScores } from "./outside-scores.ts";

/** Scores that one correction is taken from at least; neighbouring steps lend theirs where one step has fewer. */
const fewestScores = 1000;
/** Beyond so many series the corrections are as sure as they need to be. */
const mostSeries = 4096;
/** With fewer series the two halves of the hold-out are its odd and even steps. */
const fewestSeriesToHalve = 8;

/** In widths: a score is a number that JSON can hold. */
const furthest = 1e6;

interface Score {
  value: number;
  series: number;
}

/**
 * Conformalized quantile regression (Romano, Patterson and Candes 2019): how far hold-out values lie outside each interval, in its
 * own width. The k-th smallest of n scores, k = ceil((n + 1) coverage), widens (or narrows) the interval of each step.
 */
export class IntervalScores {
  readonly #levels: number[];
  readonly #pairs: LevelPair[];
  /** By pair, then step. */
  readonly #scores: Score[][][];
  #series = 0;

  constructor(levels: number[], horizon: number) {
    this.#levels = levels;
    this.#pairs = levelPairs(levels);
    this.#scores = this.#pairs.map(() => Array.from({ length: horizon }, () => []));
  }

  /** Paths and actual values of one series, in transformed units; NaN in actual is left out. */
  add({ paths, actual, scale }: { paths: Float64Array[]; actual: Float64Array; scale: number }): void {
    const series = this.#series++;
    if (series >= mostSeries) return;
    for (const [index, { lower, upper }] of this.#pairs.entries()) {
      for (const [step, scores] of this.#scores[index]!.entries()) {
        const value = actual[step]!;
        if (Number.isNaN(value)) continue;
        const [low, high] = [paths[lower]![step]!, paths[upper]![step]!];
        const width = intervalWidth({ lower: low, upper: high, scale });
        const outside = Math.max(low - value, value - high) / width;
        scores.push({ value: Math.min(Math.max(outside, -furthest), furthest), series });
      }
    }
  }

  /** null where the levels hold no interval, or the hold-out no value. */
  calibration(): ForecastCalibration | null {
    const [widest] = this.#pairs;
    const values = this.#scores[0]?.reduce((sum, { length }) => sum + length, 0) ?? 0;
    if (widest === undefined || values === 0) return null;
    const horizon = this.#scores[0]!.length;
    const shifts = this.#levels.map(() => new Array<number>(horizon).fill(0));
    for (const [index, { lower, upper, coverage }] of this.#pairs.entries()) {
      shifts[upper] = corrections(this.#scores[index]!, coverage);
      shifts[lower] = shifts[upper].map((shift) => -shift);
    }
    const raw = this.#scores[0]!.map((scores) => scores.map(({ value }) => value));
    const outside = outsideScores(raw, shifts[widest.upper]!);
    return { shifts, target: widest.coverage, empirical: this.#crossCoverage(widest), values, outside };
  }

  /** Share of the values that lie within the widest interval, where each half is corrected by the scores of the other. */
  #crossCoverage({ coverage }: LevelPair): number {
    const scores = this.#scores[0]!;
    const isOdd = (step: number, { series }: Score) => (this.#series >= fewestSeriesToHalve ? series : step) % 2 === 1;
    let [inside, count] = [0, 0];
    for (const odd of [false, true]) {
      const others = scores.map((ofStep, step) => ofStep.filter((score) => isOdd(step, score) !== odd));
      const shifts = corrections(others, coverage);
      for (const [step, ofStep] of scores.entries()) {
        const tested = ofStep.filter((score) => isOdd(step, score) === odd);
        inside += tested.filter(({ value }) => value <= shifts[step]!).length;
        count += tested.length;
      }
    }
    return inside / count;
  }
}

/** For each step, from its own scores and, where they are few, those of the steps nearest to it. */
function corrections(scores: Score[][], coverage: number): number[] {
  return scores.map((_, step) => {
    const near = nearest(scores, step);
    if (near.length === 0) return 0;
    const sorted = Float64Array.from(near, ({ value }) => value).sort();
    return sorted[Math.min(Math.ceil((near.length + 1) * coverage), near.length) - 1]!;
  });
}

function nearest(scores: Score[][], step: number): Score[] {
  const near = [...scores[step]!];
  for (let distance = 1; near.length < fewestScores && distance < scores.length; distance++) {
    near.push(...(scores[step - distance] ?? []), ...(scores[step + distance] ?? []));
  }
  return near;
}
