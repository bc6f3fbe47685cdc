import type { Timeline } from "../../calendar/timeline.ts";
import { fillGaps } from "../series/fill-gaps.ts";
import type { ForecastHistory } from "../series/read-forecast-inputs.ts";
import type { ValueTransform } from "../series/value-transform.ts";

/** All of a series that its next forecast can depend on: as much for a million values as for a thousand. */
export interface SeriesMemory {
  id: string | null;
  timeline: Timeline | null;
  /** Values observed, missing ones too. */
  length: number;
  /** Of them, missing ones before the first known. */
  leading: number;
  /** The last known value before those kept, and how many steps before the first of them it came. */
  before: { value: number; steps: number } | null;
  /** The newest from the first known one on, NaN where one is missing; NaN in front where there are fewer. [context_length] */
  values: Float64Array;
}

/** Of the values, how many there are. */
export function keptOf({ length, leading, values }: SeriesMemory): number {
  return Math.min(length - leading, values.length);
}

/** The memory after more values, NaN where one is missing. */
export function remember(memory: SeriesMemory, fresh: readonly number[]): SeriesMemory {
  const first = memory.length > memory.leading ? 0 : fresh.findIndex((value) => !Number.isNaN(value));
  const length = memory.length + fresh.length;
  if (first < 0) return { ...memory, length, leading: length };
  const kept = keptOf(memory);
  const size = memory.values.length;
  const all = Float64Array.from([...memory.values.subarray(size - kept), ...fresh.slice(first)]);
  const start = Math.max(0, all.length - size);
  const values = new Float64Array(size).fill(Number.NaN);
  values.set(all.subarray(start), size - (all.length - start));
  return { ...memory, length, leading: memory.leading + first, before: lastKnown(memory, all, start), values };
}

function lastKnown({ before }: SeriesMemory, all: Float64Array, start: number): SeriesMemory["before"] {
  for (let step = start - 1; step >= 0; step -= 1) {
    if (!Number.isNaN(all[step])) return { value: all[step]!, steps: start - step };
  }
  return before && { value: before.value, steps: before.steps + start };
}

/** What a forecast reads: the same numbers that it would read in the whole history. */
export function historyOf(memory: SeriesMemory, { forward }: ValueTransform): ForecastHistory {
  const { id, timeline, length, before, values } = memory;
  const transformed = values.subarray(values.length - keptOf(memory)).map(forward); // NaN stays NaN
  const known = before && { value: forward(before.value), steps: before.steps };
  return { id, filled: fillGaps(transformed, known), origin: transformed.length, timeline, length };
}
