import library from "jstat";

const [least, most] = [2 ** -60, 1 - 2 ** -53];

/** Share of a standard normal distribution that lies below a score, never quite 0 or 1. */
export function normalShare(score: number): number {
  return Math.min(Math.max(library.jStat.normal.cdf(score, 0, 1), least), most);
}
