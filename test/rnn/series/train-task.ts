import { tf } from "../../../src/rnn/backend.ts";
import type { TrainingTask } from "../../../src/rnn/training-task.ts";

/** Plain gradient steps; returns the losses. */
export function trainTask(task: TrainingTask, steps: number, learningRate = 0.05): number[] {
  const variables = [...task.parameters.values()];
  return Array.from({ length: steps }, () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(task.nextBatch(), variables);
      for (const variable of variables) variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, learningRate)));
      return value.dataSync()[0]!;
    }),
  );
}

export function weightsOf(task: TrainingTask): number[][] {
  return [...task.parameters.values()].map((variable) => Array.from(variable.dataSync()));
}
