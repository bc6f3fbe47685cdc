import library from "jstat";

/** Of the standard normal distribution: the score below which the share `level` (0 to 1) lies. */
export function normalQuantile(level: number): number {
  return level === 0.5 ? 0 : library.jStat.normal.inv(level, 0, 1);
}
