import { MeanOfDefined } from "./mean-of-defined.ts";
import { meanAbsoluteScaledError } from "./metrics/mean-absolute-scaled-error.ts";
import { quantileLoss } from "./metrics/quantile-loss.ts";
import { rootMeanSquaredScaledError } from "./metrics/root-mean-squared-scaled-error.ts";
import { symmetricMeanAbsolutePercentageError } from "./metrics/symmetric-mean-absolute-percentage-error.ts";

export interface ScoredForecast {
  /** NaN where a value is missing. */
  actual: Float64Array;
  point: Float64Array;
  /** For each level; a point forecast has none, it says the same at all of them. */
  paths: Float64Array[] | null;
  /** What came before. */
  history: Float64Array;
  /** Of the history; null where it has none. */
  seasonalError: number | null;
}

export interface Accuracy {
  mase: number | null;
  smape: number | null;
  rmsse: number | null;
  weighted_quantile_loss: number | null;
}

/** Errors of one way to forecast, over many series. */
export class AccuracyScore {
  readonly #levels: number[];
  readonly #mase = new MeanOfDefined();
  readonly #smape = new MeanOfDefined();
  readonly #rmsse = new MeanOfDefined();
  #loss = 0;
  #size = 0;

  /** Levels of the quantiles, ascending. */
  constructor(levels: number[]) {
    this.#levels = levels;
  }

  add({ actual, point, paths, history, seasonalError }: ScoredForecast): void {
    if (seasonalError) this.#mase.add(meanAbsoluteScaledError(actual, point, seasonalError));
    this.#smape.add(symmetricMeanAbsolutePercentageError(actual, point));
    this.#rmsse.add(rootMeanSquaredScaledError({ actual, forecast: point, history }));
    const { loss, size } = quantileLoss({
      actual,
      paths: paths ?? this.#levels.map(() => point),
      levels: this.#levels,
    });
    this.#loss += loss;
    this.#size += size;
  }

  accuracy(): Accuracy {
    const loss = this.#loss / this.#size;
    return {
      mase: this.#mase.value(),
      smape: this.#smape.value(),
      rmsse: this.#rmsse.value(),
      weighted_quantile_loss: Number.isFinite(loss) ? loss : null,
    };
  }
}
