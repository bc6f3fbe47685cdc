import type { Frequency } from "./parse-frequency.ts";

/** Steps in the cycle the data most likely follow, and in the longer one above it; equal where there is none. */
export interface SeasonLength {
  season: number;
  longSeason: number;
}

const secondsOf = { s: 1, min: 60, h: 3600 };
const cyclesSeconds = [86_400, 3600, 60];
const dayCycles = new Map([
  [1, 7],
  [7, 52],
  [14, 26],
  [28, 13],
]);
const longestSeason = 1440;
const longestWeek = 2016;

function whole(cycle: number, step: number): number {
  return cycle % step === 0 ? cycle / step : 1;
}

/**
 * Below a day: the longest of day, hour and minute that holds a whole number of steps, 1,440 at most, with the week above the day
 * while it has 2,016 steps at most (5 min). Days: the week; weeks: the year of 52; months and quarters: the year; else 1.
 */
export function seasonLength({ multiple, unit }: Frequency): SeasonLength {
  if (unit === "mo" || unit === "q") {
    const season = whole(12, multiple * (unit === "q" ? 3 : 1));
    return { season, longSeason: season };
  }
  const step = unit === "y" || unit === "d" || unit === "w" ? 0 : multiple * secondsOf[unit];
  if (unit === "y" || (step > 86_400 && step % 86_400 !== 0)) return { season: 1, longSeason: 1 };
  if (step === 0 || step % 86_400 === 0) {
    const days = step === 0 ? multiple * (unit === "w" ? 7 : 1) : step / 86_400;
    const season = dayCycles.get(days) ?? 1;
    return { season, longSeason: season };
  }
  const cycle = cyclesSeconds.find((seconds) => whole(seconds, step) > 1 && seconds / step <= longestSeason);
  if (cycle === undefined) return { season: 1, longSeason: 1 };
  const season = cycle / step;
  return { season, longSeason: cycle === 86_400 && season * 7 <= longestWeek ? season * 7 : season };
}
