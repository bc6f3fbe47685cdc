const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** A number as a person reads it: `12,345`, `1.235`, `0.0001235`. */
export function shownNumber(value: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  return Math.abs(value) >= 1000 || Number.isInteger(value) ? whole.format(value) : small.format(value);
}
