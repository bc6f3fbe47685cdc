import type { CalibrationNote } from "../../../schemas/forecast.ts";
import type { ForecastCalibration } from "./forecast-calibration.ts";

/** What a reply says of its intervals. */
export function describeCalibration(calibration: ForecastCalibration | null): CalibrationNote {
  if (calibration === null) return { method: "none", target: null, empirical: null, holdout_values: 0 };
  const { target, empirical, values } = calibration;
  const rounded = (share: number) => Math.round(share * 1e4) / 1e4;
  return {
    method: "conformalized_quantile_regression",
    target: rounded(target),
    empirical: rounded(empirical),
    holdout_values: values,
  };
}
