import { type Scalar, tf } from "../backend.ts";
import type { Random } from "../random.ts";
import type { OldData } from "../training-task.ts";
import { evaluateStreams } from "./evaluate-streams.ts";
import type { StreamPlan } from "./plan-streams.ts";
import { readStreams } from "./read-streams.ts";
import type { TextNetwork } from "./text-network.ts";

/** What a network learned before: its loss there, on the tail or on all of it, and sequences that say what mattered. */
export function oldText(network: TextNetwork, text: Int32Array, plan: StreamPlan): OldData {
  const { training, validation, sequenceLength: time } = plan;
  return {
    evaluate: (pause) => evaluateStreams({ network, text, streams: validation ?? training, chunk: time }, pause),
    example: (random: Random) => {
      const from = random.integer(training.rows * training.length - time + 1);
      return () =>
        tf.tidy((): Scalar => {
          const batch = readStreams(text, { start: 0, rows: 1, length: time }, from, time);
          const { loss } = network.loss({ ...batch, states: network.initialStates(1), random: null });
          // The squared gradient of this is that of the sequence's log-likelihood, a character.
          return tf.mul(loss, Math.sqrt(time));
        });
    },
  };
}
