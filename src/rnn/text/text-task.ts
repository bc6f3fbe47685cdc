import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { TrainingSpec } from "../../schemas/training-run.ts";
import { type Scalar, tf } from "../backend.ts";
import { tensorGroup } from "../checkpoint.ts";
import { Parameters } from "../parameters.ts";
import { Random, type RandomState } from "../random.ts";
import type { Evaluation, TaskState, TrainingTask } from "../training-task.ts";
import { encodePrompt } from "./encode-prompt.ts";
import { evaluateStreams } from "./evaluate-streams.ts";
import { measureText } from "./measure-text.ts";
import { ngramBaselines } from "./ngram-baselines.ts";
import { oldText } from "./old-text.ts";
import { OwnPredictions } from "./own-predictions.ts";
import { planStreams } from "./plan-streams.ts";
import { type EncodedText, readText } from "./read-text.ts";
import { StreamReader } from "./stream-reader.ts";
import { createTextNetwork } from "./text-network.ts";
import { writeSample } from "./write-sample.ts";

/** Learns to go on with a text, one token at a time. Throws dataset_invalid, validation_failed, prompt_characters_unknown. */
export async function createTextTask(
  spec: TrainingSpec,
  random: Random,
  breathe: () => Promise<void> = nextTurn,
): Promise<TrainingTask> {
  const { architecture, training } = spec;
  const encoded = await readText(spec, breathe);
  const { vocabulary, text, old } = encoded;
  const { ids } = text;
  const oldIds = old?.ids ?? null;
  const { plan, oldPlan, replays } = planRows(encoded, training);
  const { sample_prompt: asked } = training;
  const prompt = asked ? encodePrompt(asked, vocabulary, "/training/sample_prompt") : ids.subarray(0, 1); // a network needs one to go on from

  const network = createTextNetwork(
    { ...architecture, precision: training.precision ?? "fp32" },
    vocabulary.size,
    new Parameters(random.fork()),
  );
  const dropoutRandom = random.fork();
  const sampling = training.scheduled_sampling;
  const ownPredictions = sampling ? new OwnPredictions(sampling, random.fork()) : null;
  const shared = { network, dropoutRandom, ownPredictions };
  const reader = new StreamReader({ ...shared, text: ids, plan });
  const replay = replays ? new StreamReader({ ...shared, text: oldIds!, plan: oldPlan! }) : null;
  const rows = { fresh: plan.training.rows, old: replay === null ? 0 : oldPlan!.training.rows };
  /** What needs no network, on the same tail. */
  let baselines: Record<string, number> | null = null;

  function nextBatch(progress = 0): () => Scalar {
    const fresh = reader.next(progress);
    if (replay === null) return fresh;
    const old = replay.next(progress);
    const all = rows.fresh + rows.old; // mean over all rows
    return () => tf.tidy(() => tf.add(tf.mul(fresh(), rows.fresh / all), tf.mul(old(), rows.old / all)));
  }

  return {
    parameters: network.parameters.variables,
    stepsPerEpoch: plan.stepsPerEpoch,
    tokensPerStep: (rows.fresh + rows.old) * plan.sequenceStride,
    vocabularySize: vocabulary.size,
    forecast: null,
    windows:
      replay === null && ownPredictions === null && plan.sequenceStride === plan.sequenceLength
        ? { ids, streams: plan.training, length: plan.sequenceLength }
        : null,
    old: oldPlan === null ? null : oldText(network, oldIds!, oldPlan),
    nextBatch,
    evaluate: async (pause): Promise<Evaluation> => {
      if (!plan.validation) return { validationLoss: null, metrics: {} };
      const held = { network, text: ids, streams: plan.validation, chunk: plan.sequenceLength };
      const validationLoss = await evaluateStreams(held, pause);
      baselines ??= await ngramBaselines(encoded.characters(), pause);
      return {
        validationLoss,
        metrics: { ...measureText(validationLoss, { ids, vocabulary, tail: plan.validation }), ...baselines },
      };
    },
    sample: async (step, pause) => {
      const length = training.sample_length ?? defaultSampleLength;
      const draws = sampleRandom(training.seed, step);
      return { text: await writeSample({ network, vocabulary, prompt, length, random: draws, pause }) };
    },
    saveState: () => saveState({ reader, replay, dropoutRandom, ownPredictions }),
    restoreState: (state) => restoreState({ reader, replay, dropoutRandom, ownPredictions }, state),
    describe: () => ({ vocabulary: vocabulary.toJSON() }),
    dispose: () => {
      reader.dispose();
      replay?.dispose();
      network.parameters.dispose();
    },
  };
}
const defaultSampleLength = 200;

/** Batch rows of the new text, and those of the old one where it is replayed. */
function planRows({ text, old }: Pick<EncodedText, "text" | "old">, training: TrainingSettings) {
  const { batch_size: size, replay } = training;
  const oldRows = replay === undefined || old === null ? 0 : Math.round(replay.share * size);
  const plan = planStreams(text, { ...training, batch_size: size - oldRows });
  if (old === null) return { plan, oldPlan: null, replays: false };
  // Only replay needs full rows of the old text: its loss is told of however little there is.
  const most = Math.max(1, Math.floor((old.trainingLength - 1) / training.sequence_length!));
  const oldPlan = planStreams(old, { ...training, batch_size: oldRows || Math.min(size, most) });
  return { plan, oldPlan, replays: oldRows > 0 };
}

/** Of its own for every sample, so that none depends on which others were written before it. */
function sampleRandom(seed: number, step: number): Random {
  return new Random((seed ^ Math.imul(step, 0x9e3779b1)) >>> 0);
}

interface Moving {
  reader: StreamReader;
  replay: StreamReader | null;
  dropoutRandom: Random;
  ownPredictions: OwnPredictions | null;
}

function saveState({ reader, replay, dropoutRandom, ownPredictions }: Moving): TaskState {
  const [fresh, old] = [reader.save(), replay?.save()];
  const oldTensors = [...(old?.tensors ?? [])].map(([name, tensor]) => [`replay/${name}`, tensor] as const);
  return {
    tensors: new Map([...fresh.tensors, ...oldTensors]),
    json: {
      next_sequence: fresh.next,
      dropout_random: dropoutRandom.state(),
      ...(old ? { next_replay: old.next } : {}),
      ...(ownPredictions ? { sampling_random: ownPredictions.random.state() } : {}),
    },
  };
}

function restoreState({ reader, replay, dropoutRandom, ownPredictions }: Moving, { tensors, json }: TaskState): void {
  reader.restore({ tensors, next: json.next_sequence as number });
  replay?.restore({ tensors: tensorGroup(tensors, "replay"), next: json.next_replay as number });
  dropoutRandom.restore(json.dropout_random as RandomState);
  ownPredictions?.random.restore(json.sampling_random as RandomState);
}
