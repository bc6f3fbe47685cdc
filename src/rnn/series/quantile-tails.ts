import { normalShare } from "./distributions/normal-share.ts";

/**
 * The distribution that paths at some levels (ascending) describe: straight between them, and an exponential tail beyond each of the
 * outermost, which goes on with the density next to it. Values by step and score (the standard normal distribution's).
 */
export function quantileTails(paths: Float64Array[], levels: number[]): (step: number, score: number) => number {
  const last = levels.length - 1;
  return (step, score) => {
    const level = normalShare(score);
    const above = levels.findIndex((known) => known >= level);
    if (last === 0) return paths[0]![step]!;
    if (above === 0) return tail(paths, levels, { step, from: 0, to: 1, share: level / levels[0]! });
    // Of the upper tail, too, what lies outside: 1 - level loses no digits as the opposite score's share.
    if (above < 0) {
      return tail(paths, levels, { step, from: last, to: last - 1, share: normalShare(-score) / (1 - levels[last]!) });
    }
    const share = (level - levels[above - 1]!) / (levels[above]! - levels[above - 1]!);
    return paths[above - 1]![step]! * (1 - share) + paths[above]![step]! * share;
  };
}

/** Beyond the outermost level `from`, whose neighbour is `to`; `share`: of the tail's probability, what lies outside. */
function tail(
  paths: Float64Array[],
  levels: number[],
  { step, from, to, share }: { step: number; from: number; to: number; share: number },
): number {
  const outermost = paths[from]![step]!;
  const outside = from === 0 ? levels[0]! : 1 - levels[from]!;
  const slope = (outermost / 2 - paths[to]![step]! / 2) / Math.abs(levels[from]! - levels[to]!);
  const value = outermost - 2 * slope * outside * Math.log(share);
  return Number.isFinite(value) ? value : outermost;
}
