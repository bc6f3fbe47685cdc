import type { Frequency, FrequencyUnit } from "./parse-frequency.ts";
import { stepsBetween } from "./steps-between.ts";
import type { Timeline } from "./timeline.ts";
import type { Timestamp } from "./timestamp.ts";

const maximumMultiple = 9999;
const daySeconds = 86_400;

function mostCommon(values: number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = values[0]!;
  for (const [value, count] of counts) if (count > counts.get(best)!) best = value;
  return best;
}

/** The largest of the units, largest first, that divides the amount. */
function express(amount: number, units: [FrequencyUnit, number][]): Frequency[] {
  const found = units.find(([, size]) => amount >= size && amount % size === 0 && amount / size <= maximumMultiple);
  return found === undefined ? [] : [{ multiple: amount / found[1], unit: found[0] }];
}

/** Frequencies the most common gap may stand for: 28 to 31 days are a month, unless days explain the times better. */
function candidates(times: Timestamp[]): Frequency[] {
  const wallGaps: number[] = [];
  const exactGaps: number[] = [];
  for (let index = 1; index < times.length; index++) {
    const [before, now] = [times[index - 1]!, times[index]!];
    const gap = now.wallSeconds - before.wallSeconds;
    wallGaps.push(gap);
    exactGaps.push(gap - (now.offsetSeconds ?? 0) + (before.offsetSeconds ?? 0));
  }
  const wall = mostCommon(wallGaps);
  const days = wall / daySeconds;
  const monthly =
    days < 28
      ? []
      : express(Math.round(days / 30.44), [
          ["y", 12],
          ["q", 3],
          ["mo", 1],
        ]);
  const daily = express(wall, [
    ["w", 7 * daySeconds],
    ["d", daySeconds],
  ]);
  const exact = express(mostCommon(exactGaps), [
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ]);
  return [...monthly, ...daily, ...exact];
}

function regularSteps(first: Timestamp, times: Timestamp[], frequency: Frequency): number {
  let regular = 0;
  let before: number | null = 0;
  for (const time of times.slice(1)) {
    const position = stepsBetween(first, time, frequency);
    if (position !== null && before !== null && position - before === 1) regular++;
    before = position;
  }
  return regular;
}

/**
 * The timeline that explains most steps of ascending times, of months and years rather than days where both do; null below two
 * times or where no frequency fits. Times that miss it are for the caller to find: readTimeline does.
 */
export function inferFrequency(times: Timestamp[]): Timeline | null {
  if (times.length < 2) return null;
  let best: Timeline | null = null;
  let bestRegular = 0;
  for (const frequency of candidates(times)) {
    const monthly = frequency.unit === "mo" || frequency.unit === "q" || frequency.unit === "y";
    // 02-29, 03-29 is a day of the month, 02-29, 03-31 its end: the first time alone cannot tell.
    const firsts = monthly && times[0]!.monthEnd ? [times[0]!, { ...times[0]!, monthEnd: false }] : [times[0]!];
    for (const first of firsts) {
      const regular = regularSteps(first, times, frequency);
      if (regular > bestRegular) [best, bestRegular] = [{ first, frequency }, regular];
    }
  }
  return best;
}
