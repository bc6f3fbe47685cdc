import type { Random } from "../random.ts";
import type { SequenceRecord } from "./read-sequence-file.ts";

export interface SequenceSplit {
  training: SequenceRecord[];
  validation: SequenceRecord[];
}

/** Whole sequences, drawn at random: no step of one is in both parts. Each part keeps the order of the data. */
export function splitSequences(records: SequenceRecord[], fraction: number, random: Random): SequenceSplit {
  const held = new Set(shuffled(records.length, random).slice(0, Math.floor(records.length * fraction)));
  const training = records.filter((_, index) => !held.has(index));
  return { training, validation: records.filter((_, index) => held.has(index)) };
}

/** 0 ... count - 1 in a random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
