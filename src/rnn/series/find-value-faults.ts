import type { ErrorDetail } from "../../errors.ts";
import type { ResolvedForecastSettings } from "../../schemas/models.ts";
import type { SeriesFacts } from "./series-facts.ts";

/** What the values of the data rule out: logarithms, counts, bounds that they lie beyond. */
export function findValueFaults(forecast: ResolvedForecastSettings, facts: SeriesFacts): ErrorDetail[] {
  const { transform, likelihood, minimum, maximum, integer } = forecast;
  const faults: ErrorDetail[] = [];
  const fault = (field: string, message: string, value: unknown, hint: string) =>
    faults.push({ pointer: `/forecast/${field}`, code: "invalid", message, value, hint });
  if (transform.startsWith("log") && facts.minimum <= 0) {
    const message = `expected positive values only for ${transform}, the data reach down to ${facts.minimum}`;
    fault("transform", message, transform, `leave transform at "auto" or set it to "none"`);
  }
  if (likelihood === "negative_binomial" && (!facts.whole || facts.minimum < 0)) {
    const found = facts.minimum < 0 ? `values down to ${facts.minimum}` : "fractions";
    const message = `a negative binomial distribution is one of counts: expected whole numbers from 0 on, the data hold ${found}`;
    fault("likelihood", message, likelihood, 'set likelihood to "quantile", "gaussian" or "student_t"');
  }
  if (minimum !== null && facts.minimum < minimum) {
    const message = `expected a bound that the data keep to, they reach down to ${facts.minimum}`;
    fault("minimum", message, minimum, `set minimum to ${facts.minimum} or less, or to null`);
  }
  if (maximum !== null && facts.maximum > maximum) {
    const message = `expected a bound that the data keep to, they reach up to ${facts.maximum}`;
    fault("maximum", message, maximum, `set maximum to ${facts.maximum} or more, or to null`);
  }
  if (integer && !facts.whole && likelihood !== "negative_binomial") {
    fault("integer", "expected whole numbers in the data, they hold fractions", integer, "set integer to false");
  }
  return faults;
}
