import { appError } from "../../../errors.ts";
import type { AnomalyThreshold } from "../../../schemas/anomalies.ts";
import type { ForecastCalibration } from "../calibration/forecast-calibration.ts";
import { type LevelPair, levelPairs } from "../calibration/level-pairs.ts";

const usualLevels = [0.95, 0.99];

/** The outermost interval; throws validation_failed where the model's quantiles hold none. */
export function outermostPair(quantiles: number[]): LevelPair {
  const [widest] = levelPairs(quantiles);
  if (widest !== undefined) return widest;
  const message = `expected a model with a pair of quantiles such as 0.1 and 0.9, got one with ${quantiles.join(", ")}`;
  throw appError("validation_failed", message);
}

/** The scores above which values are flagged; null levels are the usual ones. Throws validation_failed where the hold-out cannot tell a level. */
export function anomalyThresholds(
  asked: number[] | null,
  calibration: ForecastCalibration | null,
  widest: LevelPair,
): AnomalyThreshold[] {
  const { levels = [], scores = [] } = calibration?.outside ?? {};
  const own = Math.round(widest.coverage * 1e6) / 1e6;
  const thresholdAt = (level: number): AnomalyThreshold | null => {
    const index = levels.indexOf(level);
    if (index >= 0) return { level, score: scores[index]!, method: "holdout" };
    return level === own ? { level, score: 0, method: "interval" } : null;
  };
  if (asked === null) {
    const usual = usualLevels.map(thresholdAt).filter((one) => one !== null);
    return usual.length > 0 ? usual : [{ level: own, score: 0, method: "interval" }];
  }
  const allowed = [...new Set([...levels, own])].sort((low, high) => low - high);
  const errors = asked.flatMap((level, index) => {
    if (thresholdAt(level) !== null) return [];
    const why = levels.length === 0 ? "has none" : "is too small";
    const message = `expected a level that the model's hold-out can tell, it ${why} for ${level}`;
    const hint = "train on more or longer series, or leave levels out";
    return [{ pointer: `/levels/${index}`, code: "range", message, value: level, allowed, hint }];
  });
  if (errors.length > 0) throw appError("validation_failed", `/levels: ${errors[0]!.message}`, { errors });
  return asked.toSorted((low, high) => low - high).map((level) => thresholdAt(level)!);
}
