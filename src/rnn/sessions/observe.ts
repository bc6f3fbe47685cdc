import { formatFrequency } from "../../calendar/format-frequency.ts";
import { parseFrequency } from "../../calendar/parse-frequency.ts";
import { parseTimestamp } from "../../calendar/parse-timestamp.ts";
import { stepsBetween } from "../../calendar/steps-between.ts";
import type { Timeline } from "../../calendar/timeline.ts";
import type { Timestamp } from "../../calendar/timestamp.ts";
import { timestampsOf } from "../../calendar/timestamps-of.ts";
import { appError, type ErrorDetail } from "../../errors.ts";
import type { Observation } from "../../schemas/sessions.ts";
import type { HistoryRules } from "../series/read-forecast-inputs.ts";
import { remember, type SeriesMemory } from "./series-memory.ts";
import type { ForecastingModel } from "./series-state.ts";
import { valueFault } from "./value-fault.ts";

/** Longer than any context: what came before such a gap is seen by no forecast. */
const longestGap = 100_000;

/** The memory after observations, each one step after the last or at its own time. Throws validation_failed, and nothing is observed. */
export function observe(
  memory: SeriesMemory,
  observations: Observation[],
  { values: rule, frequency }: Pick<ForecastingModel, "values"> & Pick<HistoryRules, "frequency">,
): SeriesMemory {
  const values: number[] = [];
  let { timeline } = memory;
  for (const [index, { target, timestamp }] of observations.entries()) {
    const pointer = `/observations/${index}`;
    const fault = target === null ? null : valueFault(target, rule, `${pointer}/target`);
    if (fault !== null) refuse(fault);
    if (timestamp !== undefined) {
      const length = memory.length + values.length;
      const place = placeOf(timestamp, { timeline, length, usual: frequency }, `${pointer}/timestamp`);
      timeline = place.timeline;
      for (let step = length; step < place.step; step += 1) values.push(Number.NaN);
    }
    values.push(target ?? Number.NaN);
  }
  return remember({ ...memory, timeline }, values);
}

interface Place {
  timeline: Timeline | null;
  length: number;
  /** Of the data that the model learned from. */
  usual: string | null;
}

function placeOf(text: string, place: Place, pointer: string): { timeline: Timeline; step: number } {
  const time = parse(text, pointer);
  const timeline = fitting(place.timeline ?? begin(time, place, text, pointer), time, place.length);
  const step = stepsBetween(timeline.first, time, timeline.frequency);
  const [expected] = timestampsOf(timeline, place.length, 1);
  if (step === null) {
    const message = `expected a whole number of steps of ${formatFrequency(timeline.frequency)} after the last value, such as ${expected}`;
    refuse({ pointer, code: "irregular", message, value: text });
  }
  if (step < place.length) {
    const message = `expected ${expected} or later: what came before has been observed`;
    refuse({ pointer, code: "descending", message, value: text });
  }
  if (step - place.length > longestGap) {
    const message = `expected at most ${longestGap} missing values in a row, got ${step - place.length}`;
    refuse({ pointer, code: "gap", message, value: text, hint: "begin a new session" });
  }
  return { timeline, step };
}

function parse(text: string, pointer: string): Timestamp {
  try {
    return parseTimestamp(text);
  } catch (error) {
    return refuse({ pointer, code: "invalid", message: (error as Error).message, value: text });
  }
}

/** The first value's time begins a timeline; after values without times none can. */
function begin(first: Timestamp, { length, usual }: Place, value: string, pointer: string): Timeline {
  if (length > 0) {
    const message = "expected no timestamp: the session's values before have none";
    refuse({ pointer, code: "mixed", message, value, hint: "begin a session whose series has start and frequency" });
  }
  if (usual === null) {
    const message = "expected a session with a frequency: the model's data had none";
    refuse({ pointer, code: "missing", message, value, hint: "begin a session whose series has start and frequency" });
  }
  return { first, frequency: parseFrequency(usual) };
}

/** The end of a month as first time may stand for that day of each month instead, as the second time tells. */
function fitting(timeline: Timeline, time: Timestamp, length: number): Timeline {
  const { first, frequency } = timeline;
  if (!first.monthEnd || length > 1 || stepsBetween(first, time, frequency) !== null) return timeline;
  return { first: { ...first, monthEnd: false }, frequency };
}

function refuse(error: ErrorDetail): never {
  throw appError("validation_failed", `${error.pointer}: ${error.message}`, { errors: [error] });
}
