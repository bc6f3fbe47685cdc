import { Temporal } from "temporal-polyfill";
import { appError } from "../errors.ts";
import { civilDateOfSeconds, daysInMonth, secondsOfCivilDate } from "./civil-date.ts";
import type { Timestamp } from "./timestamp.ts";

const shape =
  /^(\d{4})-(\d{2})-(\d{2})(?:([Tt ])(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?)?(?:\[([A-Za-z][A-Za-z0-9_+\-/]*)\])?$/;

function refusal(text: string, reason: string) {
  return appError(
    "validation_failed",
    `expected a time such as 2026-03-28, 2026-03-28T09:00 or 2026-03-28T09:00:00+01:00[Europe/Madrid], got ${JSON.stringify(text.slice(0, 80))}: ${reason}`,
  );
}

function between(text: string, name: string, value: number, limits: [number, number]): number {
  if (value < limits[0] || value > limits[1]) {
    throw refusal(text, `${name} must be between ${limits[0]} and ${limits[1]}`);
  }
  return value;
}

function offsetSecondsOf(text: string, offset: string): number {
  if (/[Zz]/.test(offset)) return 0;
  const hours = between(text, "offset hours", Number(offset.slice(1, 3)), [0, 23]);
  const minutes = between(text, "offset minutes", Number(offset.slice(4, 6)), [0, 59]);
  return (offset.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Where the zone's clock stood: the time is checked against the zone's rules, never moved. */
function placeInZone(text: string, time: Timestamp): Timestamp {
  const zone = time.zone!;
  const wall = Temporal.Instant.fromEpochMilliseconds(time.wallSeconds * 1000)
    .toZonedDateTimeISO("UTC")
    .toPlainDateTime();
  const offsets = zoneOffsets(text, wall, zone);
  if (time.utc) {
    const there = Temporal.Instant.fromEpochMilliseconds(time.wallSeconds * 1000).toZonedDateTimeISO(zone);
    const offsetSeconds = there.offsetNanoseconds / 1e9;
    const wallSeconds = time.wallSeconds + offsetSeconds;
    return { ...time, utc: false, offsetSeconds, wallSeconds, monthEnd: isMonthEnd(wallSeconds) };
  }
  if (offsets.length === 0)
    throw refusal(text, `this local time does not exist in ${zone} (clocks go forward over it)`);
  if (time.offsetSeconds === null) return { ...time, offsetSeconds: offsets[0]! };
  const minutes = Math.round(time.offsetSeconds / 60);
  const offsetSeconds = offsets.find((offset) => Math.round(offset / 60) === minutes);
  if (offsetSeconds === undefined) throw refusal(text, `${zone} does not have this offset at this time`);
  return { ...time, offsetSeconds };
}

/** Offsets at which the zone's clock shows this wall time: none, one, or two with the earlier time first. */
function zoneOffsets(text: string, wall: Temporal.PlainDateTime, zone: string): number[] {
  try {
    const candidates = (["earlier", "later"] as const).map((disambiguation) =>
      wall.toZonedDateTime(zone, { disambiguation }),
    );
    const offsets = candidates
      .filter((candidate) => candidate.toPlainDateTime().equals(wall))
      .map((candidate) => candidate.offsetNanoseconds / 1e9);
    return [...new Set(offsets)];
  } catch (cause) {
    throw appError("validation_failed", refusal(text, `the time zone ${zone} is not known`).message, { cause });
  }
}

function isMonthEnd(wallSeconds: number): boolean {
  const { year, month, day } = civilDateOfSeconds(wallSeconds);
  return day === daysInMonth(year, month);
}

/**
 * Reads a date, a local date and time, or an RFC 3339 time, each with an optional IANA zone in brackets (RFC 9557).
 * A local time that a zone has twice means the first; one that it skips is refused. Throws validation_failed.
 */
export function parseTimestamp(text: string): Timestamp {
  const match = shape.exec(text);
  if (match === null) throw refusal(text, "it does not have this shape");
  const [, years, months, days, separator, hours, minutes, seconds, fraction, offset, zone] = match;
  const year = between(text, "year", Number(years), [1, 9999]);
  const month = between(text, "month", Number(months), [1, 12]);
  const day = between(text, `day of ${years}-${months}`, Number(days), [1, daysInMonth(year, month)]);
  const hour = between(text, "hour", Number(hours ?? 0), [0, 23]);
  const minute = between(text, "minute", Number(minutes ?? 0), [0, 59]);
  const second = between(text, "second", Number(seconds ?? 0), [0, 59]);
  const time: Timestamp = {
    wallSeconds: secondsOfCivilDate({ year, month, day }) + hour * 3600 + minute * 60 + second,
    offsetSeconds: offset === undefined ? null : offsetSecondsOf(text, offset),
    zone: zone ?? null,
    fraction: fraction ?? "",
    precision: hours === undefined ? "date" : seconds === undefined ? "minute" : "second",
    separator: separator === " " ? " " : "T",
    utc: offset !== undefined && /[Zz]/.test(offset),
    monthEnd: day === daysInMonth(year, month),
  };
  return time.zone === null ? time : placeInZone(text, time);
}
