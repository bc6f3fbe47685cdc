import { findTimelineFaults } from "../../calendar/find-timeline-faults.ts";
import { formatFrequency } from "../../calendar/format-frequency.ts";
import { inferFrequency } from "../../calendar/infer-frequency.ts";
import { type Frequency, parseFrequency } from "../../calendar/parse-frequency.ts";
import { parseTimestamp } from "../../calendar/parse-timestamp.ts";
import { readTimeline } from "../../calendar/read-timeline.ts";
import { stepsBetween } from "../../calendar/steps-between.ts";
import type { Timeline } from "../../calendar/timeline.ts";
import type { Timestamp } from "../../calendar/timestamp.ts";
import { AppError } from "../../errors.ts";
import { type FaultList, shown } from "./fault-list.ts";
import { type IncomingSeries, maximumSeriesLength } from "./incoming-series.ts";
import { nextTurn } from "./next-turn.ts";

/** Times enough to tell the frequency; the rest is then held against it. */
const timesToInferFrom = 2000;
const turnEvery = 5000;

export interface Frequencies {
  /** What the caller said. */
  given: string | undefined;
  /** Of the series before. */
  usual: string | null;
}

export interface SeriesTimeline {
  timeline: Timeline | null;
  /** Step of each value; null where they simply follow each other. */
  positions: number[] | null;
}

/** Places the values of a series in time. Steps that nobody sent are gaps, not faults; returns null when it has added faults. */
export async function seriesTimeline(
  series: IncomingSeries,
  frequencies: Frequencies,
  faults: FaultList,
): Promise<SeriesTimeline | null> {
  if (series.timestamps !== undefined) return fromTimestamps(series, series.timestamps, { frequencies, faults });
  const { start, values } = series;
  const usualFrequency = frequencies.usual;
  const reading = readTimeline({ start, frequency: frequencies.given, usualFrequency, length: values.length });
  for (const { field, code, message, value, hint } of reading.faults) {
    const where = { pointer: field === "start" ? series.pointer("start") : "/frequency", code };
    faults.add({
      ...where,
      message: `series ${shown(series.id)}: ${message}`,
      ...(value && { value }),
      ...(hint && { hint }),
    });
  }
  return reading.faults.length > 0 ? null : { timeline: reading.timeline, positions: null };
}

interface Checks {
  frequencies: Frequencies;
  faults: FaultList;
}

async function fromTimestamps(series: IncomingSeries, texts: string[], { frequencies, faults }: Checks) {
  const name = `series ${shown(series.id)}`;
  if (texts.length !== series.values.length) {
    const message = `${name}: expected one timestamp for each of the ${series.values.length} values, got ${texts.length}`;
    faults.add({ pointer: series.pointer("timestamps"), code: "length", message });
    return null;
  }
  const times = await readTimes(series, texts, faults);
  if (times === null) return null;
  const unordered = findTimelineFaults(times, texts, null).filter((fault) => fault.index !== null);
  for (const { index, code, message, value, hint } of unordered) {
    const where = `${name}, ${series.place(index!)}: ${message}`;
    faults.add({ pointer: series.pointer("timestamps", index), code, message: where, value, ...(hint && { hint }) });
  }
  if (unordered.length > 0) return null;
  const found = bestTimeline(times, frequencies);
  if (found === null) {
    const message = `${name}: expected a frequency: none can be read from its ${times.length === 1 ? "single time" : `${times.length} times`}`;
    faults.add({ pointer: "/frequency", code: "missing", message, hint: "send frequency, such as h, d or mo" });
    return null;
  }
  const positions = await positionsOn(found, { series, times, texts, faults });
  return positions === null ? null : { timeline: found, positions };
}

async function readTimes(series: IncomingSeries, texts: string[], faults: FaultList): Promise<Timestamp[] | null> {
  const times: Timestamp[] = [];
  for (const [index, text] of texts.entries()) {
    if (index % turnEvery === turnEvery - 1) await nextTurn();
    const time = readTime(text);
    if (typeof time !== "string") {
      times.push(time);
      continue;
    }
    const message = `series ${shown(series.id)}, ${series.place(index)}: ${time}`;
    const hint = "write times year first, as 2026-03-28 or 2026-03-28T09:00";
    faults.add({ pointer: series.pointer("timestamps", index), code: "time", message, value: shown(text), hint });
  }
  if (times.length < texts.length) return null;
  const { start } = series;
  if (start === undefined) return times;
  const first = readTime(start);
  if (typeof first !== "string" && stepsBetween(first, times[0]!, { multiple: 1, unit: "s" }) === 0) return times;
  const message = `series ${shown(series.id)}: expected start to be the first of the timestamps, ${texts[0]}`;
  faults.add({ pointer: series.pointer("start"), code: "mismatch", message, value: shown(start) });
  return null;
}

/** The time, or why it is none. */
function readTime(text: string): Timestamp | string {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** The frequency given, else that of the series before where it fits, else the one that explains most steps. */
function bestTimeline(times: Timestamp[], { given, usual }: Frequencies): Timeline | null {
  if (given !== undefined) return onFrequency(times, parseFrequency(given));
  if (usual !== null) {
    const { first, frequency } = onFrequency(times, parseFrequency(usual));
    const fits = times.every((time) => stepsBetween(first, time, frequency) !== null);
    // Days fit weeks too, with most of them missing.
    if (fits && isDense(stepsBetween(first, times.at(-1)!, frequency)! + 1, times.length)) return { first, frequency };
  }
  return inferFrequency(times.slice(0, timesToInferFrom));
}

/** At least half of the steps were sent. */
function isDense(steps: number, sent: number): boolean {
  return steps <= 2 * sent;
}

/** An end of a month as first time may stand for that day of each month instead: 02-29, 03-29. */
function onFrequency(times: Timestamp[], frequency: Frequency): Timeline {
  const [first, second] = times as [Timestamp, Timestamp?];
  if (!first.monthEnd || second === undefined || stepsBetween(first, second, frequency) !== null) {
    return { first, frequency };
  }
  return { first: { ...first, monthEnd: false }, frequency };
}

async function positionsOn(
  { first, frequency }: Timeline,
  { series, times, texts, faults }: { series: IncomingSeries; times: Timestamp[]; texts: string[]; faults: FaultList },
): Promise<number[] | null> {
  const name = `series ${shown(series.id)}`;
  const step = formatFrequency(frequency);
  const positions: number[] = [];
  for (const [index, time] of times.entries()) {
    if (index % turnEvery === turnEvery - 1) await nextTurn();
    const position = stepsBetween(first, time, frequency);
    if (position !== null) {
      positions.push(position);
      continue;
    }
    const message = `${name}, ${series.place(index)}: expected a whole number of steps of ${step} after ${texts[index - 1]}, found ${texts[index]}`;
    const hint = "values must be evenly spaced: aggregate them to one frequency, or send the right one";
    faults.add({ pointer: series.pointer("timestamps", index), code: "irregular", message, value: texts[index], hint });
  }
  if (positions.length < times.length) return null;
  const length = positions.at(-1)! + 1;
  if (isDense(length, times.length) && length <= maximumSeriesLength) return positions;
  const message = `${name}: expected most steps of ${step} from ${texts[0]} to ${texts.at(-1)}, got ${times.length} of ${length}`;
  faults.add({
    pointer: series.pointer("timestamps"),
    code: "sparse",
    message,
    hint: "aggregate the values to a coarser frequency",
  });
  return null;
}
