import type { SequenceOutput } from "../../schemas/datasets.ts";
import type { SequenceRecord } from "./read-sequence-file.ts";

/** Sequences side by side, the shorter ones padded with zeros at their end. */
export interface SequenceBatch {
  batch: number;
  /** Of the longest. */
  time: number;
  inputs: Float32Array; // [batch, time, input size]
  lengths: Int32Array; // [batch]
  /** Where the outputs stand that have targets, in [batch * time], padding left out. */
  rows: Int32Array; // [rows]
  targets: Float32Array; // [rows, target size]
}

export function sequenceBatch(records: SequenceRecord[], inputSize: number, output: SequenceOutput): SequenceBatch {
  const time = records.reduce((longest, { length }) => Math.max(longest, length), 1);
  const inputs = new Float32Array(records.length * time * inputSize);
  const rows: number[] = [];
  for (const [index, record] of records.entries()) {
    inputs.set(record.inputs, index * time * inputSize);
    const first = output === "each_step" ? 0 : record.length - 1;
    for (let step = first; step < record.length; step++) rows.push(index * time + step);
  }
  const targets = new Float32Array(records.reduce((sum, record) => sum + record.targets.length, 0));
  let filled = 0;
  for (const record of records) {
    targets.set(record.targets, filled);
    filled += record.targets.length;
  }
  const lengths = Int32Array.from(records, ({ length }) => length);
  return { batch: records.length, time, inputs, lengths, rows: Int32Array.from(rows), targets };
}
