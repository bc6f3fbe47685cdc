/** Hold-out windows that a choice is made from at least, where the series are long enough to have them. */
const fewestWindows = 32;
/** Of a series: so much of it at most, where more than one window is held out. */
const largestShare = 0.2;
const mostHorizons = 4;

/** With more values than these a network learns enough to stand alone. */
const fewValues = 2000;

/** Horizons that are kept back of a series at most: one where there are series or values enough. */
export function mostHeldBack({ series, values }: { series: number; values: number }): number {
  return series < fewestWindows && values < fewValues ? mostHorizons : 1;
}

/** Values at the end of a series that training does not see: none of fewer than 3 horizons, else one horizon, or more up to a fifth. */
export function heldBack(length: number, horizon: number, most: number): number {
  if (length < 3 * horizon) return 0;
  return Math.min(Math.max(1, Math.floor((largestShare * length) / horizon)), most) * horizon;
}

/** Points that a series' hold-out is forecast from, evenly apart, the last one a horizon before its end; more where series are few. */
export function holdoutOrigins(length: number, held: number, plan: { horizon: number; series: number }): number[] {
  const [first, last] = [length - held, length - plan.horizon];
  const wanted = Math.ceil(fewestWindows / plan.series);
  const count = Math.min(wanted, last - first + 1);
  return Array.from({ length: count }, (_, index) =>
    count === 1 ? last : first + Math.round((index * (last - first)) / (count - 1)),
  );
}
