import type { TrainingSpec } from "../schemas/training-run.ts";
import { tf } from "./backend.ts";
import { beginFromCheckpoint } from "./begin-from-checkpoint.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { clippingOf } from "./optimizers/clipping-of.ts";
import { createTrainingState, disposeTrainingState, type TrainingState } from "./training-state.ts";

const testSteps = 100;
const range = { from: 1e-5, to: 1 };
/** Of the smoothed loss; above this many times the least, the rate is far too high. */
const tooHigh = 4;
const smoothing = 0.9;
const belowLeast = 10;

/** The spec with a number for the learning rate, where that was left to the run: as its checkpoint says, or measured now. */
export async function withLearningRate(spec: TrainingSpec, pause: () => Promise<void>): Promise<TrainingSpec> {
  if (!spec.training.auto?.includes("learning_rate")) return spec;
  const learningRate =
    spec.resumeFrom === null
      ? await findLearningRate(spec, pause)
      : (await readCheckpoint(spec.resumeFrom)).description.training.learning_rate;
  return { ...spec, training: { ...spec.training, learning_rate: learningRate } };
}

/**
 * Range test (Smith 2017): a throw-away copy of the run trains a few steps with a learning rate that rises from step to step; the
 * rate where the smoothed loss was least, over ten, is well below the one where training fails. The same for the same spec.
 */
async function findLearningRate(spec: TrainingSpec, pause: () => Promise<void>): Promise<number> {
  const { elastic_penalty: _, ...training } = spec.training;
  const copy = { ...spec, training };
  const state = await createTrainingState(copy, pause);
  try {
    await beginFromCheckpoint(copy, state, pause);
    let mean = 0;
    let least = { loss: Number.POSITIVE_INFINITY, rate: range.from };
    for (let step = 1; step <= testSteps; step++) {
      await pause();
      const rate = range.from * (range.to / range.from) ** ((step - 1) / (testSteps - 1));
      const loss = tryStep(copy, state, { step, rate });
      mean = smoothing * mean + (1 - smoothing) * loss;
      const smoothed = mean / (1 - smoothing ** step);
      if (!(smoothed < tooHigh * least.loss)) break; // NaN too
      if (smoothed < least.loss) least = { loss: smoothed, rate };
    }
    return Number((least.rate / belowLeast).toPrecision(2));
  } finally {
    disposeTrainingState(state);
  }
}

function tryStep(
  { training }: TrainingSpec,
  state: TrainingState,
  { step, rate }: { step: number; rate: number },
): number {
  const { task, optimizer } = state;
  const { value, grads } = tf.variableGrads(task.nextBatch(), [...task.parameters.values()]);
  optimizer.apply({ gradients: grads, learningRate: rate, step, ...clippingOf(training) });
  const loss = value.dataSync()[0]!;
  tf.dispose([value, grads]);
  return loss;
}
