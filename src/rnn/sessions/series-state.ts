import { formatFrequency } from "../../calendar/format-frequency.ts";
import { formatTimestamp } from "../../calendar/format-timestamp.ts";
import { parseFrequency } from "../../calendar/parse-frequency.ts";
import { parseTimestamp } from "../../calendar/parse-timestamp.ts";
import type { Timeline } from "../../calendar/timeline.ts";
import { appError, type ErrorDetail } from "../../errors.ts";
import type { KeptState, ModelDigests, SeriesState } from "../../schemas/sessions.ts";
import { fromBase64, toBase64 } from "./base64-numbers.ts";
import { checkDigests } from "./check-digests.ts";
import { keptOf, type SeriesMemory } from "./series-memory.ts";
import { type ValueRule, valueFault } from "./value-fault.ts";

/** The model that a memory must fit. */
export interface ForecastingModel {
  digests: ModelDigests;
  contextLength: number;
  values: ValueRule;
}

/** A state from wherever, which came at `pointer`; throws session_state_mismatch, validation_failed. */
export function readSeriesState(state: SeriesState, model: ForecastingModel, pointer = ""): SeriesMemory {
  checkDigests(state.model, model.digests, pointer);
  const { id, length, leading, before } = state;
  const bytes = fromBase64(state.values, 8 * model.contextLength, `${pointer}/values`);
  const timeline = readTimeline(state.timeline, `${pointer}/timeline`);
  const faults = [bytes, timeline].filter((part): part is ErrorDetail => part !== null && "message" in part);
  refuse(faults);
  const values = new Float64Array(bytes as ArrayBuffer);
  const memory = { id, timeline: timeline as Timeline | null, length, leading, before, values };
  refuse(faultsOf(memory, model, pointer));
  return memory;
}

/** Throws what the series has, but no series that a session has observed could have. */
function faultsOf(memory: SeriesMemory, { values: rule }: ForecastingModel, pointer: string): ErrorDetail[] {
  const { length, leading, before, values } = memory;
  const faults: ErrorDetail[] = [];
  const add = (field: string, message: string) =>
    faults.push({ pointer: `${pointer}/${field}`, code: "inconsistent", message });
  if (leading > length) add("leading", `expected at most the length, ${length}, got ${leading}`);
  const start = values.length - Math.max(0, keptOf(memory));
  const known = [...values, ...(before ? [before.value] : [])].filter((value) => !Number.isNaN(value));
  if (!known.every(Number.isFinite)) add("values", "expected finite numbers, or NaN");
  const unfit = known.map((value) => valueFault(value, rule, `${pointer}/values`)).find((fault) => fault !== null);
  if (unfit) faults.push(unfit);
  if (!values.subarray(0, start).every(Number.isNaN))
    add("values", `expected ${values.length - start} values, and NaN before them`);
  const cut = length - leading - values.length; // values that were kept once, and are no more
  if (cut > 0 ? before === null || before.steps > cut : before !== null) {
    add("before", `expected ${cut > 0 ? `the last of the ${cut} values before those kept` : "null"}`);
  }
  if (cut <= 0 && start < values.length && Number.isNaN(values[start])) add("values", "expected the first to be known");
  return faults;
}

function readTimeline(timeline: SeriesState["timeline"], pointer: string): Timeline | ErrorDetail | null {
  if (timeline === null) return null;
  try {
    const first = { ...parseTimestamp(timeline.start), monthEnd: timeline.month_end };
    return { first, frequency: parseFrequency(timeline.frequency) };
  } catch (error) {
    return { pointer: `${pointer}/start`, code: "invalid", message: (error as Error).message, value: timeline.start };
  }
}

function refuse(errors: ErrorDetail[]): void {
  const [first] = errors;
  if (first !== undefined) throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors });
}

export function writeSeriesState(memory: SeriesMemory, { digests }: ForecastingModel): KeptState {
  const { id, timeline, length, leading, before, values } = memory;
  const state: SeriesState = {
    ...{ object: "session_state", version: 1, task: "forecast", model: digests, id },
    timeline: timeline && {
      start: formatTimestamp(timeline.first),
      frequency: formatFrequency(timeline.frequency),
      month_end: timeline.first.monthEnd,
    },
    ...{ length, leading, before, values: toBase64(values) },
  };
  return { text: JSON.stringify(state), length, seed: null };
}
