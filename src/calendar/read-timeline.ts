import { appError } from "../errors.ts";
import { findTimelineFaults } from "./find-timeline-faults.ts";
import { inferFrequency } from "./infer-frequency.ts";
import { type Frequency, parseFrequency } from "./parse-frequency.ts";
import { parseTimestamp } from "./parse-timestamp.ts";
import { stepsBetween } from "./steps-between.ts";
import type { Timeline, TimelineFault } from "./timeline.ts";
import type { Timestamp } from "./timestamp.ts";

export interface TimelineSource {
  start?: string | undefined;
  timestamps?: readonly string[] | undefined;
  frequency?: string | undefined;
  /** Tried before a frequency is inferred from the timestamps, and used with a bare `start`. */
  usualFrequency?: string | null | undefined;
  /** Number of values the times belong to. */
  length: number;
}

/** `timeline` is null where there are faults, or where the source names no times. */
export interface TimelineReading {
  timeline: Timeline | null;
  /** The first five at most. */
  faults: TimelineFault[];
}

type Field = TimelineFault["field"];
const maximumFaults = 5;
const fail = (...faults: TimelineFault[]): TimelineReading => ({
  timeline: null,
  faults: faults.slice(0, maximumFaults),
});

/** The value read, or the fault that kept it from being read. */
function attempt<T>(read: () => T, field: Field, index: number | null, value: string): T | TimelineFault {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw appError("internal", String(error));
    return { field, index, code: "invalid", message: error.message, value: value.slice(0, 80) };
  }
}
const isFault = (value: object): value is TimelineFault => "code" in value;

function readTimes(texts: readonly string[]): { times: Timestamp[]; faults: TimelineFault[] } {
  const times: Timestamp[] = [];
  const faults: TimelineFault[] = [];
  for (const [index, text] of texts.entries()) {
    const time = attempt(() => parseTimestamp(text), "timestamps", index, text);
    if (!isFault(time)) times.push(time);
    else if (faults.push(time) === maximumFaults) break;
  }
  return { times, faults };
}

/** An end of a month as first time may stand for that day of each month instead. */
function bestFirst(times: Timestamp[], frequency: Frequency): Timestamp {
  const first = times[0]!;
  const second = times[1];
  if (!first.monthEnd || second === undefined || stepsBetween(first, second, frequency) !== null) return first;
  return { ...first, monthEnd: false };
}

/** Hours are exact, so the offset of the last time serves all: what follows is written as the latest came in. */
function withLatestOffset(first: Timestamp, last: Timestamp): Timestamp {
  if (first.zone !== null || first.offsetSeconds === null || last.offsetSeconds === null) return first;
  const shift = last.offsetSeconds - first.offsetSeconds;
  return { ...first, wallSeconds: first.wallSeconds + shift, offsetSeconds: last.offsetSeconds, utc: last.utc };
}

function fromTimestamps(
  source: TimelineSource,
  texts: readonly string[],
  frequency: Frequency | null,
): TimelineReading {
  if (texts.length !== source.length) {
    const message = `expected one timestamp for each of the ${source.length} values, got ${texts.length}`;
    return fail({ field: "timestamps", index: null, code: "length", message });
  }
  const { times, faults } = readTimes(texts);
  if (faults.length > 0) return fail(...faults);
  if (source.start !== undefined) {
    const start = attempt(() => parseTimestamp(source.start!), "start", null, source.start);
    if (isFault(start)) return fail(start);
    if (stepsBetween(start, times[0]!, { multiple: 1, unit: "s" }) !== 0) {
      const message = `expected the first of the timestamps, ${texts[0]}, got ${source.start}`;
      return fail({ field: "start", index: null, code: "mismatch", message, value: source.start });
    }
  }
  const usual = source.usualFrequency ? parseFrequency(source.usualFrequency) : null;
  const given = frequency ?? (usual !== null && fits(times, usual) ? usual : null);
  const timeline = given === null ? inferFrequency(times) : { first: bestFirst(times, given), frequency: given };
  const found = findTimelineFaults(times, texts, timeline);
  if (found.length > 0) return fail(...found);
  return { timeline: { ...timeline!, first: withLatestOffset(timeline!.first, times.at(-1)!) }, faults: [] };
}

function fits(times: Timestamp[], frequency: Frequency): boolean {
  const first = bestFirst(times, frequency);
  return times.every((time, index) => stepsBetween(first, time, frequency) === index);
}

/** Reads the times of a series from its `start` and `frequency`, or from its `timestamps`, which must be evenly spaced. */
export function readTimeline(source: TimelineSource): TimelineReading {
  let frequency: Frequency | null = null;
  if (source.frequency !== undefined) {
    const read = attempt(() => parseFrequency(source.frequency!), "frequency", null, source.frequency);
    if (isFault(read)) return fail(read);
    frequency = read;
  }
  if (source.timestamps !== undefined) return fromTimestamps(source, source.timestamps, frequency);
  if (source.start === undefined) return { timeline: null, faults: [] };
  const first = attempt(() => parseTimestamp(source.start!), "start", null, source.start);
  if (isFault(first)) return fail(first);
  frequency ??= source.usualFrequency ? parseFrequency(source.usualFrequency) : null;
  if (frequency === null) {
    const message = "expected a frequency beside start, such as h, d or mo, got none";
    return fail({ field: "frequency", index: null, code: "missing", message });
  }
  return { timeline: { first, frequency }, faults: [] };
}
