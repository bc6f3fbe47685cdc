import { startContender } from "../start-contender.mjs";
import { trainingWork } from "./training-work.mjs";

/**
 * The path of a checkpoint of a text model of this shape, trained until its likeliest characters stand clear of the others: an untrained one
 * nearly tosses a coin between two, and rounding would decide.
 */
export async function makeTextCheckpoint(shape, { folder }) {
  const steps = shape.units >= 512 ? 15 : 60;
  const { training, ...work } = await trainingWork(shape, { steps, folder });
  const { epochs: _, ...settings } = training;
  const process = await startContender("make-checkpoint.mjs", { ...work, training: { ...settings, steps } });
  await process.stop();
  return process.ready.checkpoint;
}
