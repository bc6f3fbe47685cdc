import { appError } from "../errors.ts";
import type { TrainingSpec } from "../schemas/training-run.ts";
import { tf, type Variable } from "./backend.ts";
import { readCheckpoint, tensorGroup } from "./checkpoint.ts";
import { ElasticPenalty } from "./elastic-penalty.ts";
import { fromHostTensor, type HostTensor, toHostTensor } from "./host-tensor.ts";
import type { TrainingState } from "./training-state.ts";

/**
 * Puts a checkpoint's weights in place of the random ones. A tensor that has grown keeps its new rows and columns as they were
 * drawn. Then notes the loss on the old data and what holds the weights there. Throws validation_failed, checkpoint_corrupt.
 */
export async function beginFromCheckpoint(
  { training, origin }: TrainingSpec,
  state: TrainingState,
  pause: () => Promise<void>,
): Promise<void> {
  if (!origin) return;
  const { tensors } = await readCheckpoint(origin.path);
  placeWeights(state.task.parameters, tensorGroup(tensors, "model"));
  const { old, parameters } = state.task;
  if (!old) return;
  state.oldLossBefore = await old.evaluate(pause);
  if (training.elastic_penalty) {
    const about = { parameters, old, seed: training.seed };
    state.elasticPenalty = await ElasticPenalty.estimate(training.elastic_penalty, about, pause);
  }
}

function placeWeights(parameters: ReadonlyMap<string, Variable>, weights: ReadonlyMap<string, HostTensor>): void {
  const names = new Set([...parameters.keys(), ...weights.keys()]);
  const differing = [...names].filter((name) => !fits(parameters.get(name)?.shape, weights.get(name)?.shape));
  if (differing.length > 0) {
    const shown = differing.map(
      (name) => `${name} (${parameters.get(name)?.shape} here, ${weights.get(name)?.shape} there)`,
    );
    const message = `expected a checkpoint of the same network, but these tensors differ: ${shown.join(", ")}`;
    throw appError("validation_failed", message, {
      errors: [{ pointer: "/training/init_from", code: "conflict", message }],
    });
  }
  for (const [name, variable] of parameters) {
    tf.tidy(() => variable.assign(fromHostTensor(overlay(toHostTensor(variable), weights.get(name)!))));
  }
}

function fits(wanted: number[] | undefined, found: number[] | undefined): boolean {
  return wanted?.length === found?.length && wanted!.every((extent, axis) => extent >= found![axis]!);
}

/** The small tensor laid over the corner of the large one where every index begins. */
function overlay(large: HostTensor, small: HostTensor): HostTensor {
  const [columns, smallColumns] = [large.shape.at(-1)!, small.shape.at(-1)!];
  const rows = small.data.length / smallColumns;
  const data = large.data.slice();
  // Tensors that grow are vectors and matrices: the rows of the small one are rows of the large one.
  for (let row = 0; row < rows; row++) {
    data.set(small.data.subarray(row * smallColumns, (row + 1) * smallColumns), row * columns);
  }
  return { shape: large.shape, data };
}
