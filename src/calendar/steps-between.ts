import { addSteps } from "./add-steps.ts";
import { civilDateOfSeconds } from "./civil-date.ts";
import type { Frequency } from "./parse-frequency.ts";
import type { Timestamp } from "./timestamp.ts";

const exactSeconds = { s: 1, min: 60, h: 3600 };
const wallSeconds = { d: 86_400, w: 604_800 };
const months = { mo: 1, q: 3, y: 12 };

function monthCount(time: Timestamp): number {
  const { year, month } = civilDateOfSeconds(time.wallSeconds);
  return year * 12 + month;
}

/** How many steps of `frequency` lead from one time to the other; null where no whole number does. */
export function stepsBetween(from: Timestamp, to: Timestamp, { multiple, unit }: Frequency): number | null {
  if (Number(`0.${from.fraction}`) !== Number(`0.${to.fraction}`)) return null;
  const wallDifference = to.wallSeconds - from.wallSeconds;
  if (unit === "s" || unit === "min" || unit === "h") {
    const difference = wallDifference - (to.offsetSeconds ?? 0) + (from.offsetSeconds ?? 0);
    const steps = difference / (multiple * exactSeconds[unit]);
    return Number.isInteger(steps) ? steps : null;
  }
  const steps =
    unit === "d" || unit === "w"
      ? Math.round(wallDifference / (multiple * wallSeconds[unit]))
      : Math.round((monthCount(to) - monthCount(from)) / (multiple * months[unit]));
  const sameClock = from.zone === to.zone && (from.zone !== null || from.offsetSeconds === to.offsetSeconds);
  if (!sameClock) return null;
  if (unit === "d" || unit === "w") {
    if (wallDifference === steps * multiple * wallSeconds[unit]) return steps;
    // Only a zone that skips an hour moves a day's time.
    if (from.zone === null) return null;
  }
  return addSteps(from, { multiple, unit }, steps).wallSeconds === to.wallSeconds ? steps : null;
}
