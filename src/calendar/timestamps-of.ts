import { addSteps } from "./add-steps.ts";
import { formatTimestamp } from "./format-timestamp.ts";
import type { Timeline } from "./timeline.ts";

/** `count` times of the timeline, from step `from` on, written as its own times came in. Throws validation_failed past the year 9999. */
export function timestampsOf({ first, frequency }: Timeline, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, step) => formatTimestamp(addSteps(first, frequency, from + step)));
}
