import { civilDateOfSeconds } from "./civil-date.ts";
import type { Timestamp } from "./timestamp.ts";

const pad = (value: number, width = 2) => String(value).padStart(width, "0");

function formatOffset({ offsetSeconds, utc, zone, precision }: Timestamp): string {
  if (offsetSeconds === null || (precision === "date" && zone !== null)) return "";
  if (utc) return "Z";
  const minutes = Math.round(Math.abs(offsetSeconds) / 60);
  return `${offsetSeconds < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** Writes a time as its like came in; with a zone, the offset is always written, so that no hour is ambiguous. */
export function formatTimestamp(time: Timestamp): string {
  const { year, month, day } = civilDateOfSeconds(time.wallSeconds);
  const secondOfDay = time.wallSeconds - Math.floor(time.wallSeconds / 86_400) * 86_400;
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  const minutes = `${pad(Math.floor(secondOfDay / 3600))}:${pad(Math.floor(secondOfDay / 60) % 60)}`;
  const seconds = time.precision === "second" || secondOfDay % 60 !== 0 ? `:${pad(secondOfDay % 60)}` : "";
  const fraction = time.fraction === "" ? "" : `.${time.fraction}`;
  const clock = time.precision === "date" ? "" : `${time.separator}${minutes}${seconds}${fraction}`;
  return `${date}${clock}${formatOffset(time)}${time.zone === null ? "" : `[${time.zone}]`}`;
}
