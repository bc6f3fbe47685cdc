import path from "node:path";
import { ulid } from "ulid";
import type { Metrics } from "../schemas/common.ts";
import type { CheckpointFile, TrainingSpec } from "../schemas/training-run.ts";
import { assertFiniteTensors } from "./callbacks/assert-finite.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { type HostTensor, toHostTensor } from "./host-tensor.ts";
import { clippingOf } from "./optimizers/clipping-of.ts";
import { learningRateOf } from "./optimizers/learning-rate.ts";
import { loopState, type TrainingState } from "./training-state.ts";

/** Writes the whole state of a run into a new file of the checkpoint folder; throws training_diverged, disk_full. */
export async function saveCheckpoint(
  spec: TrainingSpec,
  state: TrainingState,
  metrics: Metrics,
): Promise<CheckpointFile> {
  const { task, optimizer, plateau, step, steps } = state;
  const weights = [...task.parameters].map(([name, variable]): [string, HostTensor] => [name, toHostTensor(variable)]);
  const taskState = task.saveState();
  const tensors = new Map([
    ...inGroup("model", weights),
    ...inGroup("optimizer", optimizer.save()),
    ...inGroup("state", taskState.tensors),
    ...inGroup("elastic", state.elasticPenalty?.save() ?? []),
  ]);
  const learningRate = learningRateOf({ ...spec.training, learning_rate: plateau.learningRate }, step, steps);
  assertFiniteTensors(tensors, { step, learningRate, ...clippingOf(spec.training) });

  const id = `ckp_${ulid().toLowerCase()}`;
  const filePath = path.join(spec.checkpointFolder, `${id}.safetensors`);
  const description = {
    task: spec.task,
    architecture: spec.architecture,
    forecast: task.forecast,
    sequence: spec.sequence,
    training: spec.training,
    datasetSha256: spec.dataset.sha256,
    step,
    metrics,
    taskDescription: task.describe(),
    resume: { loop: loopState(state), task: taskState.json },
  };
  const { bytes, sha256 } = await writeCheckpoint(filePath, { description, tensors });
  state.savedStep = step;
  return { id, path: filePath, bytes, sha256 };
}

function inGroup(group: string, tensors: Iterable<[string, HostTensor]>): [string, HostTensor][] {
  return [...tensors].map(([name, tensor]) => [`${group}/${name}`, tensor]);
}
