import type { ErrorDetail } from "../errors.ts";
import type { ForecastSettings } from "../schemas/models.ts";

const code = "conflict";

/** Distributions, transforms and bounds that mean nothing together. */
export function likelihoodFaults(forecast: ForecastSettings): ErrorDetail[] {
  return [...transformFaults(forecast), ...boundFaults(forecast)];
}

function transformFaults({ likelihood, transform }: ForecastSettings): ErrorDetail[] {
  const pointer = "/forecast/transform";
  if (likelihood === "student_t" && (transform === "log" || transform === "log_difference")) {
    const message = `the exponential of a Student's t distribution has no mean: student_t takes no ${transform}`;
    const allowed = ["none", "difference", "auto"];
    return [
      { pointer, code, message, value: transform, allowed, hint: 'leave transform at "auto", or use "gaussian"' },
    ];
  }
  if (likelihood === "negative_binomial" && transform !== "none" && transform !== "auto") {
    const message = `a negative binomial distribution is one of counts as they are: it takes no ${transform}`;
    return [{ pointer, code, message, value: transform, allowed: ["none", "auto"], hint: 'leave transform at "auto"' }];
  }
  return [];
}

function boundFaults({ likelihood, minimum, maximum, integer, transform }: ForecastSettings): ErrorDetail[] {
  const errors: ErrorDetail[] = [];
  const fault = (field: string, message: string, value: unknown, hint: string) =>
    errors.push({ pointer: `/forecast/${field}`, code, message, value, hint });
  const least = typeof minimum === "number" ? minimum : null;
  const isPositive = likelihood === "negative_binomial" || transform.startsWith("log");
  if (least !== null && maximum !== null && least >= maximum) {
    fault(
      "minimum",
      `expected a minimum below the maximum of ${maximum}, got ${least}`,
      least,
      "leave one of them out",
    );
  } else if (least !== null && least < 0 && isPositive) {
    const why = likelihood === "negative_binomial" ? "counts are" : "exponentials are";
    fault("minimum", `a minimum of ${least} means nothing: ${why} never below 0`, least, "leave minimum out");
  }
  if (maximum !== null && maximum <= 0 && isPositive) {
    fault(
      "maximum",
      `expected a positive maximum for values that are never below 0, got ${maximum}`,
      maximum,
      "leave maximum out",
    );
  }
  if (integer && least !== null && maximum !== null && Math.ceil(least) > Math.floor(maximum)) {
    fault("integer", `no whole number lies between ${least} and ${maximum}`, integer, "widen the bounds");
  }
  return errors;
}
