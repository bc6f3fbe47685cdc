/** Of the window's scale: an interval that has shrunk to nothing can still be widened. */
const smallestWidth = 0.01;

/** Width of an interval at one step, never 0 or infinite. `scale` is that of the window. */
export function intervalWidth({ lower, upper, scale }: { lower: number; upper: number; scale: number }): number {
  const width = Math.max(upper / 2 - lower / 2, (smallestWidth * scale) / 2) * 2;
  return Math.min(Math.max(width, Number.MIN_VALUE), Number.MAX_VALUE);
}
