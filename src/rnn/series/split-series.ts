import { appError } from "../../errors.ts";
import { heldBack, holdoutOrigins, mostHeldBack } from "./held-back.ts";
import type { PreparedSeries } from "./prepare-series.ts";
import type { TrainingSeries } from "./window-sampler.ts";

/** A series as a forecast of its hold-out sees it: `trainLength` is where the forecast begins. */
export interface Holdout extends TrainingSeries {
  /** Of the series in `training`. */
  index: number;
}

export interface SeriesSplit {
  /** Long enough to train on. */
  training: TrainingSeries[];
  /** What is kept for validation: of each series its last horizon, of few series more. */
  holdouts: Holdout[];
  /** Horizons kept back of a series at most. */
  mostHeldBack: number;
  warnings: { code: string; message: string }[];
}

const namedSeries = 5;

function names(series: PreparedSeries[]): string {
  const listed = series.slice(0, namedSeries).map(({ id, target }) => `${id} (${target.length})`);
  return listed.join(", ") + (series.length > namedSeries ? ` and ${series.length - namedSeries} more` : "");
}

function describeSplit(split: { short: PreparedSeries[]; whole: PreparedSeries[]; count: number; horizon: number }) {
  const { short, whole, count, horizon } = split;
  const warnings: SeriesSplit["warnings"] = [];
  if (short.length > 0) {
    const message = `${short.length} of ${count} series are not trained on: they have fewer than 2 horizons (${2 * horizon}) of values: ${names(short)}`;
    warnings.push({ code: "series_too_short", message });
  }
  if (whole.length > 0) {
    const message = `${whole.length} of ${count} series have no hold-out: they have fewer than 3 horizons (${3 * horizon}) of values: ${names(whole)}`;
    warnings.push({ code: "series_without_holdout", message });
  }
  if (short.length + whole.length === count) {
    const message =
      "no series is long enough for a hold-out: there are no validation figures, and no best checkpoint by them";
    warnings.push({ code: "no_validation", message });
  }
  return warnings;
}

/**
 * Keeps the last `horizon` steps of every series of 3 horizons or more for validation, or where such series are few up to 4 horizons
 * and a fifth, forecast from several points (rolling origins); training never sees them. Shorter ones down to 2 horizons are trained on whole, still shorter ones left out, both with a warning. Throws dataset_invalid where none is left.
 */
export function splitSeries(series: PreparedSeries[], horizon: number): SeriesSplit {
  const short = series.filter(({ target }) => target.length < 2 * horizon);
  const usable = series.filter(({ target }) => target.length >= 2 * horizon);
  if (usable.length === 0) {
    throw appError(
      "dataset_invalid",
      `expected a series of at least 2 horizons (${2 * horizon}) of values to train a forecast of ${horizon} steps, got ${names(series) || "none"}`,
    );
  }
  const count = usable.filter(({ target }) => target.length >= 3 * horizon).length;
  const most = mostHeldBack({ series: count, values: usable.reduce((sum, { target }) => sum + target.length, 0) });
  const training: TrainingSeries[] = [];
  const holdouts: Holdout[] = [];
  for (const [index, one] of usable.entries()) {
    const { length } = one.target;
    const held = heldBack(length, horizon, most);
    const origins = held === 0 ? [] : holdoutOrigins(length, held, { horizon, series: count });
    holdouts.push(...origins.map((trainLength) => ({ series: one, index, trainLength })));
    training.push({ series: one, trainLength: length - held });
  }
  const whole = usable.filter(({ target }) => target.length < 3 * horizon);
  return {
    training,
    holdouts,
    mostHeldBack: most,
    warnings: describeSplit({ short, whole, count: series.length, horizon }),
  };
}
