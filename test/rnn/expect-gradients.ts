import { expect } from "vitest";
import { type Scalar, tf, type Variable } from "../../src/rnn/backend.ts";

const step = 5e-3;
/** Of each variable so many values are tried, spread over it. */
const tried = 10;

/** The gradients of `loss` are what central differences say, to 0.2 % of the largest and the rounding of float32. */
export function expectGradients(loss: () => Scalar, variables: Variable[]): void {
  const { grads } = tf.variableGrads(loss, variables);
  for (const variable of variables) {
    const gradient = grads[variable.name]!.dataSync();
    const slopes = differences(loss, variable);
    const largest = Math.max(1, ...gradient.map(Math.abs));
    for (const [index, slope] of slopes) {
      const message = `${variable.name} ${index}: ${gradient[index]} by hand, ${slope} by differences`;
      expect(Math.abs(gradient[index]! - slope) / largest, message).toBeLessThan(2e-3);
    }
  }
}

function differences(loss: () => Scalar, variable: Variable): Map<number, number> {
  const values = variable.dataSync() as Float32Array;
  const lossAt = (index: number, change: number) =>
    tf.tidy(() => {
      const moved = values.slice();
      moved[index]! += change;
      variable.assign(tf.tensor(moved, variable.shape));
      return loss().dataSync()[0]!;
    });
  const slopes = new Map<number, number>();
  for (let index = 0; index < values.length; index += Math.ceil(values.length / tried)) {
    slopes.set(index, (lossAt(index, step) - lossAt(index, -step)) / (2 * step));
  }
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  return slopes;
}
