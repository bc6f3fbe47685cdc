import { appError } from "../../errors.ts";
import type {
  Inclusion,
  LayerState,
  OutputMeaning,
  PredictionInput,
  PredictionOutput,
} from "../../schemas/prediction.ts";
import { type Tensor2D, tf } from "../backend.ts";
import { flattenSteps } from "../cells/sequence-algebra.ts";
import type { CheckpointContents } from "../checkpoint.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";
import { largest } from "../sequence/sequence-score.ts";
import type { Loaded } from "../serving/loaded-models.ts";
import { checkPredictionSize } from "./check-prediction-size.ts";
import { createPredictionNetwork, type PredictionNetwork } from "./prediction-network.ts";
import { readInitialState } from "./read-initial-state.ts";
import { rowsOf, tellInspection } from "./tell-inspection.ts";

export interface PredictionQuestion {
  inputs: PredictionInput[];
  initialState: LayerState[] | null;
  include: Inclusion[];
}

/** The plain forward pass of a trained model. */
export interface Predictor extends Loaded {
  readonly meaning: OutputMeaning;
  readonly vocabulary: string[] | null;
  /** Each input by itself, all from the same state. Throws validation_failed and prompt_characters_unknown, with pointers into the request. */
  predict(question: PredictionQuestion): PredictionOutput[];
}

export function createPredictor(contents: CheckpointContents): Predictor {
  const network = createPredictionNetwork(contents);
  const { parameters, meaning, vocabulary } = network;
  let bytes = 0;
  for (const variable of parameters.variables.values()) bytes += variable.size * 4;
  return {
    ...{ meaning, vocabulary, bytes },
    dispose: () => parameters.dispose(),
    predict: ({ inputs, initialState, include }) => {
      if (include.includes("attention") && network.architecture.attention === null) throw noAttention();
      const read = inputs.map((input, index) => network.read(input, `/inputs/${index}`));
      checkPredictionSize(network, read.map(network.steps), include);
      return read.map(
        (values) => tf.tidy(() => run(network, values, { initialState, include })) as unknown as PredictionOutput,
      );
    },
  };
}

function noAttention() {
  const message = "the model has no attention to show";
  const hint = 'leave it out, or train a model with "attention":"dot"';
  const errors = [{ pointer: "/include", code: "not_applicable", message, value: "attention", hint }];
  return appError("validation_failed", `/include: ${message}`, { errors });
}

function run(
  network: PredictionNetwork,
  values: Float32Array | Int32Array,
  { initialState, include }: Pick<PredictionQuestion, "initialState" | "include">,
): PredictionOutput {
  const { stack, output, architecture, outputSize } = network;
  const states = readInitialState(initialState, network);
  const input = { inputs: network.enter(values), states, random: null, inspect: include.length > 0 };
  const pass = output === "last_step" ? stack.lastStep(input) : stack.eachStep(input);
  const told = network.leave("output" in pass ? pass.output : flattenSteps(pass.outputs));
  if (!told.every(Number.isFinite)) throw appError("internal", "the model told a number that is not finite");
  const rows = rowsOf(told, outputSize);
  const isClasses = network.meaning === "probabilities";
  return {
    outputs: rows,
    ...(network.vocabulary === null ? {} : { tokens: [...values] }),
    ...(isClasses ? { classes: rows.map((_, row) => largest(told, row * outputSize, outputSize)) } : {}),
    final_state: pass.finalStates.slice(0, architecture.layers).map((state) => tellState(state, network)),
    ...(pass.inspection === null ? {} : tellInspection(pass.inspection, { include, steps: network.steps(values) })),
  };
}

function tellState(state: RecurrentState, { architecture }: PredictionNetwork): LayerState {
  const direction = (parts: Tensor2D[]) => {
    const [hidden, cell] = parts.map((part) => rowsOf(part.dataSync() as Float32Array, architecture.units)[0]!);
    return { hidden: hidden!, ...(cell === undefined ? {} : { cell }) };
  };
  if (!architecture.bidirectional) return direction(state);
  const half = state.length / 2;
  return { ...direction(state.slice(0, half)), backward: direction(state.slice(half)) };
}
