import type { Cell } from "../../schemas/models.ts";
import type { Tensor, Tensor3D } from "../backend.ts";
import { differentiableOperation } from "../differentiable-operation.ts";
import { runNativeOperation } from "../native-operation.ts";
import type { RecurrentInput, RecurrentLayer, RecurrentOutput, RecurrentState } from "./recurrent-layer.ts";

/** native/ops/recurrent-ops.cc; "Bf16" is appended for that precision, "Gradient" for the way back. */
const operationOf: Partial<Record<Cell, string>> = {
  simple_rnn: "UnrollSimpleRnn",
  lstm: "UnrollLstm",
  gru: "UnrollGru",
};

/**
 * The recurrent layer as one native call forward and one back. Where backend.level is "fused".
 * The operation takes "reset after" from the shape of the bias. It knows no recurrentMask, no relu and no norms.
 */
export const fusedRecurrentLayer: RecurrentLayer = (input) => runFused(operationOf[input.cell]!, input);

/** The same with products of numbers rounded to bf16; sums, gates and all that is handed over stay in fp32. */
export const bf16RecurrentLayer: RecurrentLayer = (input) => runFused(`${operationOf[input.cell]}Bf16`, input);

function runFused(operation: string, { inputs, initialState, weights }: RecurrentInput): RecurrentOutput {
  const parameters = [weights.kernel, weights.recurrentKernel!, weights.bias, ...initialState];
  const operands: Tensor[] = [inputs, ...parameters];
  const states = initialState.length;
  const isTokens = inputs.rank === 2;

  const [outputs, ...finalState] = differentiableOperation({
    inputs: isTokens ? parameters : [...parameters, inputs],
    forward: () => {
      const [outputs, reserve, ...state] = runNativeOperation(operation, operands, 2 + states);
      return { outputs: [outputs!, ...state], saved: [...operands, reserve!] };
    },
    backward: (gradients, saved) => {
      const all = runNativeOperation(`${operation}Gradient`, [...saved, ...gradients], 4 + states);
      return isTokens ? all.slice(0, -1) : all;
    },
  });
  return { outputs: outputs as Tensor3D, finalState: finalState as RecurrentState };
}
