import { addSteps } from "./add-steps.ts";
import { formatFrequency } from "./format-frequency.ts";
import { formatTimestamp } from "./format-timestamp.ts";
import { stepsBetween } from "./steps-between.ts";
import type { Timeline, TimelineFault } from "./timeline.ts";
import type { Timestamp } from "./timestamp.ts";

const maximumFaults = 5;
const gapHint = "send every step, with null as the value where it is missing, or send no times at all";

function exactSeconds(time: Timestamp): number {
  return time.wallSeconds - (time.offsetSeconds ?? 0) + Number(`0.${time.fraction}`);
}

function orderFault(times: Timestamp[], texts: readonly string[], index: number): TimelineFault | null {
  const [before, now] = [times[index - 1]!, times[index]!];
  const at = { field: "timestamps", index, value: texts[index]! } as const;
  if ((before.offsetSeconds === null) !== (now.offsetSeconds === null) || before.zone !== now.zone) {
    const message = `expected all times with the same zone, or all with an offset, or all without, got ${texts[index - 1]} and ${texts[index]}`;
    return { ...at, code: "mixed", message };
  }
  const difference = exactSeconds(now) - exactSeconds(before);
  if (difference > 0) return null;
  if (difference === 0) {
    const message = `expected each time once, got ${texts[index]} twice`;
    return {
      ...at,
      code: "duplicate",
      message,
      hint: "a series has one value a step; give each series an id of its own",
    };
  }
  const message = `expected ascending times, got ${texts[index]} after ${texts[index - 1]}`;
  return { ...at, code: "descending", message, hint: "sort the rows by time, oldest first" };
}

function orderFaults(times: Timestamp[], texts: readonly string[]): TimelineFault[] {
  const faults: TimelineFault[] = [];
  for (let index = 1; index < times.length && faults.length < maximumFaults; index++) {
    const fault = orderFault(times, texts, index);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

function spacingFaults(times: Timestamp[], texts: readonly string[], { first, frequency }: Timeline): TimelineFault[] {
  const faults: TimelineFault[] = [];
  const step = formatFrequency(frequency);
  let before = -1;
  for (let index = 0; index < times.length && faults.length < maximumFaults; index++) {
    const position = stepsBetween(first, times[index]!, frequency);
    if (position === before + 1) {
      before = position;
      continue;
    }
    const at = { field: "timestamps", index, value: texts[index]!, hint: gapHint } as const;
    const wanted = `expected ${formatTimestamp(addSteps(first, frequency, before + 1))} (one step of ${step} after ${texts[index - 1]}), found ${texts[index]}`;
    if (position === null) {
      faults.push({ ...at, code: "irregular", message: wanted });
    } else {
      const missing = position - before - 1;
      faults.push({
        ...at,
        code: "gap",
        message: `${wanted}: ${missing} ${missing === 1 ? "step is" : "steps are"} missing`,
      });
      before = position;
    }
  }
  return faults;
}

/** The first five faults: order and duplicates first, then steps that miss the timeline. `texts` are the times as they came in. */
export function findTimelineFaults(
  times: Timestamp[],
  texts: readonly string[],
  timeline: Timeline | null,
): TimelineFault[] {
  const unordered = orderFaults(times, texts);
  if (unordered.length > 0) return unordered;
  if (timeline !== null) return spacingFaults(times, texts, timeline);
  const message =
    times.length < 2
      ? `expected a frequency beside a single timestamp, such as h, d or mo, got none`
      : `expected a frequency: none can be read from these ${times.length} times`;
  return [{ field: "frequency", index: null, code: "missing", message }];
}
