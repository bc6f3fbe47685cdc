import type { MergeMode } from "../../schemas/models.ts";
import { type Tensor, tf } from "../backend.ts";

/** One output of the two directions, as Keras' Bidirectional has it. [..., units] twice -> [..., 2 * units] for concat, else [..., units] */
export function mergeDirections<T extends Tensor>(mode: MergeMode, forward: T, backward: T): T {
  switch (mode) {
    case "concat":
      return tf.concat([forward, backward], -1);
    case "sum":
      return tf.add(forward, backward);
    case "mul":
      return tf.mul(forward, backward);
    case "ave":
      return tf.div(tf.add(forward, backward), 2);
  }
}
