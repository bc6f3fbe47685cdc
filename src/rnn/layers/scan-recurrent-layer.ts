import { type Tensor3D, tf } from "../backend.ts";
import { linearScan } from "../cells/linear-scan.ts";
import { minGruGates, minLstmGates } from "../cells/min-cell-gates.ts";
import { lastStepOf } from "../cells/sequence-algebra.ts";
import { projectSteps } from "./project-steps.ts";
import type { RecurrentLayer } from "./recurrent-layer.ts";

/** min_gru and min_lstm: no gate depends on the state, so all steps are computed at once by a parallel scan; one step is just a step. */
export const scanRecurrentLayer: RecurrentLayer = (input) =>
  tf.tidy(() => {
    const projected = projectSteps(input); // [batch, time, G * units]
    const { keep, take, candidate } = input.cell === "min_gru" ? minGruGates(projected) : minLstmGates(projected);
    const outputs = linearScan(keep, tf.mul<Tensor3D>(take, candidate), input.initialState[0]!);
    return { outputs, finalState: [lastStepOf(outputs)] };
  });
