import { readTimeline } from "../../calendar/read-timeline.ts";
import type { Timeline } from "../../calendar/timeline.ts";
import type { ErrorDetail } from "../../errors.ts";
import type { ForecastInput } from "../../schemas/forecast.ts";

/** When the values of an input came, null where it does not say, and what is wrong with that; `frequency` is what the model learned from. */
export function readInputTimes(
  input: ForecastInput,
  pointer: string,
  frequency: string | null,
): { timeline: Timeline | null; errors: ErrorDetail[] } {
  const { start, timestamps, frequency: asked, target } = input;
  const reading = readTimeline({
    start,
    timestamps,
    frequency: asked,
    usualFrequency: frequency,
    length: target.length,
  });
  const errors = reading.faults.map(({ field, index, ...fault }): ErrorDetail => {
    return { pointer: `${pointer}/${field}${index === null ? "" : `/${index}`}`, ...fault };
  });
  return { timeline: reading.timeline, errors };
}
