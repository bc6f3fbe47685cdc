/** How a series is cut: `windows` cut-offs, `step` values apart, the last one `horizon` values before its end. */
export interface CutOffPlan {
  windows: number;
  step: number;
  horizon: number;
}

export interface CutOff {
  /** From 1, the oldest. */
  window: number;
  /** Values before it. */
  at: number;
}

/** The cut-offs of a series with so many values, the oldest first; those with fewer than `fewest` values before them are left out. */
export function cutOffs(length: number, fewest: number, { windows, step, horizon }: CutOffPlan): CutOff[] {
  const all = Array.from({ length: windows }, (_, index) => ({
    window: index + 1,
    at: length - horizon - (windows - 1 - index) * step,
  }));
  return all.filter(({ at }) => at >= fewest);
}
