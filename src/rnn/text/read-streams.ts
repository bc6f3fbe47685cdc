import { type Tensor1D, type Tensor2D, tf } from "../backend.ts";
import type { Streams } from "./plan-streams.ts";

export type TextBatch = {
  ids: Tensor2D; // int32 [rows, time]
  /** The character after each, row by row. */
  labels: Tensor1D; // int32 [rows * time]
};

/** Characters `from` ... `from + time` of every row, and those that follow. The caller disposes them. */
export function readStreams(text: Int32Array, streams: Streams, from: number, time: number): TextBatch {
  const { ids, labels } = streamIds(text, streams, from, time);
  return { ids: tf.tensor2d(ids, [streams.rows, time], "int32"), labels: tf.tensor1d(labels, "int32") };
}

/** The same outside of TensorFlow, row by row: each [rows * time]. */
export function streamIds(text: Int32Array, streams: Streams, from: number, time: number) {
  const { start, rows, length } = streams;
  const ids = new Int32Array(rows * time);
  const labels = new Int32Array(rows * time);
  for (let row = 0; row < rows; row++) {
    const first = start + row * length + from;
    ids.set(text.subarray(first, first + time), row * time);
    labels.set(text.subarray(first + 1, first + 1 + time), row * time);
  }
  return { ids, labels };
}
