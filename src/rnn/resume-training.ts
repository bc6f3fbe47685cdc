import { isDeepStrictEqual } from "node:util";
import { appError } from "../errors.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import { tf } from "./backend.ts";
import { type CheckpointContents, readCheckpoint, tensorGroup } from "./checkpoint.ts";
import { ElasticPenalty } from "./elastic-penalty.ts";
import { fromHostTensor } from "./host-tensor.ts";
import { type LoopState, restoreLoopState, type TrainingState } from "./training-state.ts";

/** Puts a run back to where a checkpoint of the same spec was written; throws checkpoint_corrupt, training_failed. */
export async function resumeTraining(spec: TrainingSpec, filePath: string, state: TrainingState): Promise<void> {
  const checkpoint = await readCheckpoint(filePath);
  assertSameRun(spec, checkpoint);
  const { description, tensors } = checkpoint;
  const weights = tensorGroup(tensors, "model");
  for (const [name, variable] of state.task.parameters) {
    const tensor = weights.get(name);
    if (tensor?.shape.join() !== variable.shape.join()) {
      const found = tensor ? `[${tensor.shape}]` : "no such tensor";
      throw appError("checkpoint_corrupt", `expected tensor ${name} of shape [${variable.shape}], got ${found}`);
    }
    tf.tidy(() => variable.assign(fromHostTensor(tensor)));
  }
  if (spec.training.elastic_penalty) {
    const { strength } = spec.training.elastic_penalty;
    const held = tensorGroup(tensors, "elastic");
    state.elasticPenalty = ElasticPenalty.restore(strength, state.task.parameters, held);
  }
  state.optimizer.restore(tensorGroup(tensors, "optimizer"));
  const { loop, task } = description.resume as { loop: LoopState; task: Record<string, unknown> };
  state.task.restoreState({ tensors: tensorGroup(tensors, "state"), json: task });
  restoreLoopState(state, loop);
  state.step = description.step;
  state.savedStep = description.step;
}

/** A checkpoint of another model or of other data would go on without a complaint, and mean nothing. */
function assertSameRun(spec: TrainingSpec, { description }: CheckpointContents): void {
  const pairs: [string, unknown, unknown][] = [
    ["task", spec.task, description.task],
    ["architecture", spec.architecture, description.architecture],
    ["sequence settings", spec.sequence, description.sequence],
    ["dataset", spec.dataset.sha256, description.datasetSha256],
    ["seed", spec.training.seed, description.training.seed],
  ];
  for (const [name, expected, found] of pairs) {
    if (!isDeepStrictEqual(expected, found)) {
      const detail = `expected a checkpoint of the run's own ${name} ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`;
      throw appError("training_failed", detail);
    }
  }
}
