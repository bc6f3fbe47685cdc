import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { linearScan } from "../cells/linear-scan.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import { tidyAll } from "../tidy-all.ts";
import { cellStep } from "./cell-step.ts";
import { projectSteps } from "./project-steps.ts";
import type { RecurrentInput } from "./recurrent-layer.ts";
import { stepMask } from "./step-mask.ts";

/** What a layer's cells did at every step, zero past each row's end. Each [batch, time, units]. */
export type StepsInspection = {
  hiddenStates: Tensor3D;
  cellStates: Tensor3D | null; // lstm
  gates: Record<string, Tensor3D>;
};

/** Gates and cell states of a pass whose outputs are known. The state before every step is known with them, so that all steps are done at once. */
export function inspectSteps(input: RecurrentInput, outputs: Tensor3D): StepsInspection {
  return tidyAll(() => {
    const [batch, time, units] = outputs.shape;
    const { initialState, lengths } = input;
    const earlier = tf.slice(outputs, [0, 0, 0], [-1, time - 1, -1]);
    const previous = tf.concat([tf.expandDims(initialState[0]!, 1), earlier], 1); // [batch, time, units]
    const recurrentMask = null; // nothing is dropped where somebody looks
    const state = initialState.map((_, part) =>
      part === 0 ? flattenSteps(previous) : tf.zeros([batch * time, units]),
    );
    const step = cellStep({ ...input, recurrentMask }, flattenSteps(projectSteps(input)), state as Tensor2D[]);
    const counted = lengths ? stepMask(lengths, time) : null;
    const laidOut = (steps: Tensor2D): Tensor3D => {
      const sequence = tf.reshape(steps, outputs.shape) as Tensor3D;
      return counted ? tf.mul(sequence, counted) : sequence;
    };
    const gates = Object.fromEntries(Object.entries(step.gates).map(([name, steps]) => [name, laidOut(steps)]));
    return { hiddenStates: outputs.clone(), cellStates: cellStatesOf(input, gates), gates };
  });
}

/** c = f c' + i c~ for all steps. */
function cellStatesOf({ cell, initialState }: RecurrentInput, gates: Record<string, Tensor3D>): Tensor3D | null {
  if (cell !== "lstm") return null;
  const { forget, input, candidate } = gates as { forget: Tensor3D; input: Tensor3D; candidate: Tensor3D };
  return linearScan(forget, tf.mul<Tensor3D>(input, candidate), initialState[1]!);
}
