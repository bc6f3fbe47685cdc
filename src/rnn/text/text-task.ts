import type { TrainingSpec } from "../../schemas/training-run.ts";
import { type Scalar, tf } from "../backend.ts";
import { Parameters } from "../parameters.ts";
import { Random, type RandomState } from "../random.ts";
import type { Evaluation, TrainingTask } from "../training-task.ts";
import { CarriedState } from "./carried-state.ts";
import { encodePrompt } from "./encode-prompt.ts";
import { planStreams, type StreamPlan } from "./plan-streams.ts";
import { readStreams } from "./read-streams.ts";
import { readText } from "./read-text.ts";
import { createTextNetwork, type TextNetwork } from "./text-network.ts";
import { writeSample } from "./write-sample.ts";

/** Learns to go on with a text, one character at a time. Throws dataset_invalid, validation_failed, prompt_characters_unknown. */
export async function createTextTask(spec: TrainingSpec, random: Random): Promise<TrainingTask> {
  const { architecture, training } = spec;
  const { vocabulary, ids } = await readText(spec.dataset.path);
  const plan = planStreams(ids.length, training);
  const promptText = training.sample_prompt || vocabulary.decode(ids.subarray(0, 1)); // a network needs one to go on from
  const prompt = encodePrompt(promptText, vocabulary, "/training/sample_prompt");

  const network = createTextNetwork(architecture, vocabulary.size, new Parameters(random.fork()));
  const dropoutRandom = random.fork();
  const carried = new CarriedState(network.initialStates(plan.training.rows));
  let nextSequence = 0; // within the epoch

  function nextBatch(): () => Scalar {
    const sequence = nextSequence;
    nextSequence = (sequence + 1) % plan.stepsPerEpoch;
    if (sequence === 0) carried.replace(network.initialStates(plan.training.rows));
    return () => {
      const time = plan.sequenceLength;
      const batch = readStreams(ids, plan.training, sequence * time, time);
      const { loss, finalStates } = network.loss({ ...batch, states: carried.states, random: dropoutRandom });
      carried.replace(finalStates);
      return loss;
    };
  }

  return {
    parameters: network.parameters.variables,
    stepsPerEpoch: plan.stepsPerEpoch,
    tokensPerStep: plan.training.rows * plan.sequenceLength,
    vocabularySize: vocabulary.size,
    forecast: null,
    nextBatch,
    evaluate: (pause) => evaluate(network, ids, plan, pause),
    sample: async (step, pause) => {
      const length = training.sample_length ?? defaultSampleLength;
      return {
        text: await writeSample({
          network,
          vocabulary,
          prompt,
          length,
          random: sampleRandom(training.seed, step),
          pause,
        }),
      };
    },
    saveState: () => ({
      tensors: carried.save(),
      json: { next_sequence: nextSequence, dropout_random: dropoutRandom.state() },
    }),
    restoreState: ({ tensors, json }) => {
      carried.restore(tensors);
      nextSequence = json.next_sequence as number;
      dropoutRandom.restore(json.dropout_random as RandomState);
    },
    describe: () => ({ vocabulary: vocabulary.toJSON() }),
    dispose: () => {
      carried.dispose();
      network.parameters.dispose();
    },
  };
}
const defaultSampleLength = 200;

/** Of its own for every sample, so that none depends on which others were written before it. */
function sampleRandom(seed: number, step: number): Random {
  return new Random((seed ^ Math.imul(step, 0x9e3779b1)) >>> 0);
}

/** Mean cross-entropy over the validation tail, its state carried from chunk to chunk as in training. */
async function evaluate(
  network: TextNetwork,
  text: Int32Array,
  { validation, sequenceLength }: StreamPlan,
  pause: () => Promise<void>,
): Promise<Evaluation> {
  if (!validation) return { validationLoss: null, metrics: {} };
  const carried = new CarriedState(network.initialStates(validation.rows));
  let sum = 0;
  try {
    for (let from = 0; from < validation.length; from += sequenceLength) {
      await pause();
      const time = Math.min(sequenceLength, validation.length - from);
      const loss = tf.tidy(() => {
        const batch = readStreams(text, validation, from, time);
        const { loss, finalStates } = network.loss({ ...batch, states: carried.states, random: null });
        carried.replace(finalStates);
        return loss.dataSync()[0]!;
      });
      sum += loss * time;
    }
  } finally {
    carried.dispose();
  }
  const validationLoss = sum / validation.length;
  return { validationLoss, metrics: { bits_per_character: validationLoss / Math.LN2 } };
}
