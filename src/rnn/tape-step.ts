import type { TrainingSettings } from "../schemas/jobs.ts";
import { tf } from "./backend.ts";
import { addKernelPenalty } from "./optimizers/add-kernel-penalty.ts";
import type { TrainingState } from "./training-state.ts";
import type { TrainingStep } from "./training-step.ts";

/** A step by TensorFlow.js's gradient tape: for every task and setting. It works on the parameters themselves, so there is nothing to show. */
export function createTapeStep(
  { l2 }: Pick<TrainingSettings, "l2">,
  { task, optimizer, elasticPenalty }: Pick<TrainingState, "task" | "optimizer" | "elasticPenalty">,
): TrainingStep {
  return {
    take: ({ progress, ...situation }) => {
      const { value, grads } = tf.variableGrads(task.nextBatch(progress), [...task.parameters.values()]);
      try {
        const loss = value.dataSync()[0]!;
        if (l2) addKernelPenalty(grads, task.parameters, l2);
        elasticPenalty?.addTo(grads, task.parameters);
        return { loss, ...optimizer.apply({ ...situation, gradients: grads }) };
      } finally {
        tf.dispose([value, grads]);
      }
    },
    showWeights: () => {},
    showAll: () => {},
    dispose: () => {},
  };
}
