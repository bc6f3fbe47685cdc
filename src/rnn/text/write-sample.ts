import { type Tensor2D, tf } from "../backend.ts";
import type { Random } from "../random.ts";
import { CarriedState } from "./carried-state.ts";
import { sampleToken } from "./sample-token.ts";
import type { TextNetwork } from "./text-network.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A little below 1: early in training, samples of the bare probabilities are mostly noise. */
const rule = { temperature: 0.8, topK: null, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

export interface SampleRequest {
  network: TextNetwork;
  vocabulary: Vocabulary;
  prompt: Int32Array;
  /** Tokens to write after the prompt. */
  length: number;
  random: Random;
  /** Awaited between tokens. */
  pause: () => Promise<void>;
}

/** The prompt and what the network writes after it, with the weights as they are. */
export async function writeSample(request: SampleRequest): Promise<string> {
  const { network, vocabulary, prompt, length, random, pause } = request;
  const carried = new CarriedState(network.initialStates(1));
  const written: number[] = [];
  try {
    let input = prompt;
    while (written.length < length) {
      await pause();
      const logits = tf.tidy(() => {
        const ids = tf.tensor2d(input, [1, input.length], "int32");
        const output = network.apply({ ids, states: carried.states, random: null });
        carried.replace(output.finalStates);
        const last = tf.slice(output.logits, [input.length - 1, 0], [1, -1]) as Tensor2D;
        return last.dataSync() as Float32Array;
      });
      const token = sampleToken(logits, rule, random.uniform());
      written.push(token);
      input = Int32Array.of(token);
    }
  } finally {
    carried.dispose();
  }
  return vocabulary.decode([...prompt, ...written]);
}
