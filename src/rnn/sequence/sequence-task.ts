import { appError } from "../../errors.ts";
import type { SequenceSettings } from "../../schemas/models.ts";
import type { TrainingSpec } from "../../schemas/training-run.ts";
import { type Scalar, tf } from "../backend.ts";
import { readCheckpoint } from "../checkpoint.ts";
import type { Random, RandomState } from "../random.ts";
import type { TrainingTask } from "../training-task.ts";
import { fitColumns, scaleColumns } from "./column-scaling.ts";
import { evaluateSequences } from "./evaluate-sequences.ts";
import { planBatches } from "./plan-batches.ts";
import { readSequenceFile } from "./read-sequence-file.ts";
import { sampleSequence } from "./sample-sequence.ts";
import { sequenceBaseline } from "./sequence-baseline.ts";
import { sequenceBatch } from "./sequence-batch.ts";
import type { SequenceDescription } from "./sequence-description.ts";
import { sequenceLoss } from "./sequence-loss.ts";
import { createSequenceNetwork } from "./sequence-network.ts";
import { type SequenceSplit, splitSequences } from "./split-sequences.ts";

async function loadSequences(spec: TrainingSpec, random: Random) {
  const { sequence: settings, dataset, training } = spec;
  if (settings === null || dataset.summary.kind !== "sequence") {
    throw appError("internal", "a sequence model is trained with sequence settings on a dataset of sequences");
  }
  const records = await readSequenceFile(dataset.path);
  const split = splitSequences(records, training.validation_fraction ?? 0, random);
  const scaling = (await knownScaling(spec)) ?? fitScaling(split, settings);
  for (const { inputs, targets } of records) {
    scaleColumns(inputs, scaling.inputs);
    scaleColumns(targets, scaling.targets);
  }
  return { ...split, settings, scaling };
}

/** Weights that were learned elsewhere go on with what they were learned from. */
async function knownScaling({ origin, resumeFrom }: TrainingSpec): Promise<SequenceDescription | null> {
  if (!origin) return null;
  const { description } = await readCheckpoint(resumeFrom ?? origin.path);
  return description.taskDescription as unknown as SequenceDescription;
}

/** From the training part alone: nothing of the validation part gets into the model. */
function fitScaling({ training }: SequenceSplit, settings: SequenceSettings): SequenceDescription {
  if (settings.scaling === "none") return { inputs: null, targets: null };
  const columnsOf = (part: "inputs" | "targets", size: number) =>
    fitColumns(
      training.map((record) => record[part]),
      size,
    );
  return {
    inputs: columnsOf("inputs", settings.input_size),
    targets: settings.loss === "mse" ? columnsOf("targets", settings.output_size) : null,
  };
}

/** Learns a value or class for the steps of sequences. `random` makes the split, first weights, batches and dropout. Throws dataset_invalid. */
export async function createSequenceTask(spec: TrainingSpec, random: Random): Promise<TrainingTask> {
  const { training, validation, settings, scaling } = await loadSequences(spec, random.fork());
  const { batch_size: size, sample_every: sampleEvery } = spec.training;
  const architecture = { ...spec.architecture, precision: spec.training.precision ?? "fp32" };
  const network = createSequenceNetwork(architecture, settings, random.fork());
  const dropoutRandom = random.fork();
  const model = { network, settings, scaling, baseline: sequenceBaseline(training, settings) };
  const lengths = training.map(({ length }) => length);
  const stepsPerEpoch = Math.ceil(training.length / size);
  const targets = training.reduce((sum, record) => sum + record.targets.length / targetSize(settings), 0);

  let batches: number[][] = [];
  let nextBatch = 0; // within the epoch
  let epochStart: RandomState = random.state(); // what the epoch's batches are planned from
  const planEpoch = () => {
    epochStart = random.state();
    batches = planBatches(lengths, size, random);
  };

  return {
    parameters: network.parameters.variables,
    stepsPerEpoch,
    tokensPerStep: Math.round(targets / stepsPerEpoch),
    vocabularySize: null,
    forecast: null,
    nextBatch: () => {
      if (nextBatch === 0) planEpoch();
      const records = batches[nextBatch]!.map((index) => training[index]!);
      nextBatch = (nextBatch + 1) % stepsPerEpoch;
      const batch = sequenceBatch(records, settings.input_size, settings.output);
      return () =>
        tf.tidy((): Scalar => sequenceLoss(network.apply(batch, dropoutRandom), batch.targets, settings.loss));
    },
    evaluate: (pause) => evaluateSequences(model, validation, pause),
    sample: async (step) => {
      const from = validation.length > 0 ? validation : training;
      return sampleSequence(model, from[Math.floor(step / (sampleEvery ?? 1)) % from.length]!);
    },
    saveState: () => ({
      tensors: new Map(),
      json: {
        next_batch: nextBatch,
        batch_random: nextBatch === 0 ? random.state() : epochStart,
        dropout_random: dropoutRandom.state(),
      },
    }),
    restoreState: ({ json }) => {
      random.restore(json.batch_random as RandomState);
      nextBatch = json.next_batch as number;
      if (nextBatch > 0) planEpoch();
      dropoutRandom.restore(json.dropout_random as RandomState);
    },
    describe: () => ({ ...scaling }),
    dispose: () => network.parameters.dispose(),
  };
}

/** Numbers in a target. */
function targetSize({ loss, output_size: outputSize }: SequenceSettings): number {
  return loss === "cross_entropy" ? 1 : outputSize;
}
