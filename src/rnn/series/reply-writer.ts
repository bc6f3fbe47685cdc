import type { ForecastOutput } from "../../schemas/forecast.ts";
import { calibratedValues } from "./calibrated-values.ts";
import { calibratePaths } from "./calibration/calibrate-paths.ts";
import { normalQuantile } from "./distributions/normal-quantile.ts";
import { drawPaths } from "./draw-paths.ts";
import type { ForecastCall } from "./forecast-call.ts";
import type { ForecastDescription } from "./forecast-description.ts";
import type { ForecastDistribution } from "./forecast-distribution.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import { interpolatePaths } from "./interpolate-paths.ts";
import { meanPath } from "./mean-path.ts";
import { outputValues } from "./output-values.ts";

interface Forecast {
  distribution: ForecastDistribution;
  /** Of the window that it goes on from. */
  scale: number;
}

type Values = Omit<ForecastOutput, "id" | "timestamps">;
type ReplyWriter = (forecast: Forecast, call: ForecastCall, index: number) => Values;

/** What the mean of a family's distribution is taken over: so many shares of the same size. */
const meanShares = 99;
const meanScores = Array.from({ length: meanShares }, (_, share) => normalQuantile((share + 0.5) / meanShares));
/** Spreads the seed of a request over its series. */
const seedStep = 0x9e3779b9;

/** From distributions to the numbers of a reply: calibrated, transformed back, within the model's bounds. `index`: of the series in its request. */
export function replyWriter(
  geometry: ForecastGeometry,
  { calibration = null, step_correlation: correlation = 0 }: ForecastDescription,
): ReplyWriter {
  const { quantiles: own, likelihood } = geometry;
  const { value, withinBounds } = outputValues(geometry);
  return ({ distribution, scale }, { horizon, levels, paths: asked }, index) => {
    const moved = calibratePaths(distribution.paths, calibration, { levels: own, scale });
    const transformedAt = calibratedValues(distribution, moved, own);
    const valueAt = (step: number, score: number) => value(transformedAt(step, score));
    const pathAt = (score: number) => Array.from({ length: horizon }, (_, step) => valueAt(step, score));
    const at = (level: number): number[] => {
      const known = own.indexOf(level);
      if (known >= 0) return Array.from(moved[known]!.subarray(0, horizon), value);
      if (likelihood !== "quantile") return pathAt(normalQuantile(level));
      return Array.from(interpolatePaths(moved, own, level).subarray(0, horizon), value);
    };
    const mean = () => {
      if (likelihood === "quantile")
        return meanPath(
          moved.map((path) => path.subarray(0, horizon).map(value)),
          own,
        );
      return Float64Array.from({ length: horizon }, (_, step) =>
        meanScores.reduce((sum, score) => sum + valueAt(step, score) / meanShares, 0),
      );
    };
    const draw = asked && { ...asked, horizon, correlation, seed: (asked.seed + index * seedStep) >>> 0 };
    return {
      mean: Array.from(mean(), withinBounds),
      median: at(0.5),
      quantiles: Object.fromEntries(levels.map((level) => [String(level), at(level)])),
      ...(draw && { samples: drawPaths(valueAt, draw) }),
    };
  };
}
