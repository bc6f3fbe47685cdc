import { Temporal } from "temporal-polyfill";
import { appError } from "../errors.ts";
import { civilDateOfSeconds, daysInMonth, secondsOfCivilDate } from "./civil-date.ts";
import { formatFrequency } from "./format-frequency.ts";
import { formatTimestamp } from "./format-timestamp.ts";
import type { Frequency, FrequencyUnit } from "./parse-frequency.ts";
import type { Timestamp } from "./timestamp.ts";

const exactUnits: ReadonlySet<FrequencyUnit> = new Set(["s", "min", "h"]);
const unitSeconds = { s: 1, min: 60, h: 3600, d: 86_400, w: 604_800 };
const unitMonths = { mo: 1, q: 3, y: 12 };
const firstSecond = secondsOfCivilDate({ year: 1, month: 1, day: 1 });
const lastSecond = secondsOfCivilDate({ year: 9999, month: 12, day: 31 }) + 86_399;
const utc = "UTC";

function wallAfterMonths(time: Timestamp, months: number): number {
  const { year, month, day } = civilDateOfSeconds(time.wallSeconds);
  const secondOfDay = time.wallSeconds - secondsOfCivilDate({ year, month, day });
  const monthCount = year * 12 + month - 1 + months;
  const target = { year: Math.floor(monthCount / 12), month: (((monthCount % 12) + 12) % 12) + 1 };
  const lastDay = daysInMonth(target.year, target.month);
  return secondsOfCivilDate({ ...target, day: time.monthEnd ? lastDay : Math.min(day, lastDay) }) + secondOfDay;
}

function wallAfter(time: Timestamp, unit: FrequencyUnit, count: number): number {
  if (unit === "mo" || unit === "q" || unit === "y") return wallAfterMonths(time, count * unitMonths[unit]);
  return time.wallSeconds + count * unitSeconds[unit];
}

/** Exact time: an hour is 3,600 seconds, whatever the clock on the wall does. */
function atExactWall(time: Timestamp, wallSeconds: number): Timestamp {
  // A date alone cannot name an hour.
  const precision = time.precision === "date" ? "minute" : time.precision;
  if (time.zone === null) return { ...time, precision, wallSeconds };
  const instant = Temporal.Instant.fromEpochMilliseconds((wallSeconds - time.offsetSeconds!) * 1000);
  const offsetSeconds = instant.toZonedDateTimeISO(time.zone).offsetNanoseconds / 1e9;
  return { ...time, precision, offsetSeconds, wallSeconds: wallSeconds - time.offsetSeconds! + offsetSeconds };
}

/** Clock time: the local hour stays; an hour that the zone skips that day becomes the next one, one it has twice the first. */
function atLocalWall(time: Timestamp, wallSeconds: number): Timestamp {
  if (time.zone === null || wallSeconds === time.wallSeconds) return { ...time, wallSeconds };
  const wall = Temporal.Instant.fromEpochMilliseconds(wallSeconds * 1000)
    .toZonedDateTimeISO(utc)
    .toPlainDateTime();
  const there = wall.toZonedDateTime(time.zone);
  const offsetSeconds = there.offsetNanoseconds / 1e9;
  return { ...time, offsetSeconds, wallSeconds: there.epochMilliseconds / 1000 + offsetSeconds };
}

/**
 * The time `steps` steps on (or back). s, min, h are exact; d, w keep the local hour; mo, q, y keep the day of the month as far as
 * the month has it, and ends of months stay ends of months. Steps count from `time`: 01-30 + 2mo is 03-30. Throws validation_failed
 * outside the years 1 to 9999.
 */
export function addSteps(time: Timestamp, frequency: Frequency, steps: number): Timestamp {
  const wall = wallAfter(time, frequency.unit, frequency.multiple * steps);
  // Not a number where the year is beyond all calendars.
  if (!(wall >= firstSecond && wall <= lastSecond)) {
    throw appError(
      "validation_failed",
      `expected times in the years 1 to 9999, got ${steps} steps of ${formatFrequency(frequency)} from ${formatTimestamp(time)}`,
    );
  }
  return exactUnits.has(frequency.unit) ? atExactWall(time, wall) : atLocalWall(time, wall);
}
