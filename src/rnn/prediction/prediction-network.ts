import { appError } from "../../errors.ts";
import type { Architecture, SequenceSettings } from "../../schemas/models.ts";
import type { OutputMeaning, PredictionInput } from "../../schemas/prediction.ts";
import { type Tensor2D, type Tensor3D, tf } from "../backend.ts";
import { type CheckpointContents, tensorGroup } from "../checkpoint.ts";
import { createDense, type Dense } from "../layers/dense.ts";
import { gatherRows } from "../layers/gather-rows.ts";
import { createRecurrentStack, type RecurrentStack } from "../layers/recurrent-stack.ts";
import { Parameters } from "../parameters.ts";
import { scaleColumns, unscaleColumns } from "../sequence/column-scaling.ts";
import type { SequenceDescription } from "../sequence/sequence-description.ts";
import type { ForecastDescription } from "../series/forecast-description.ts";
import { forecastGeometry } from "../series/forecast-geometry.ts";
import { tokenNames } from "../text/token-names.ts";
import { readVocabulary } from "../text/vocabularies/read-vocabulary.ts";
import { readNumbers } from "./read-numbers.ts";
import { readTokens } from "./read-tokens.ts";

/** The parts that a plain forward pass is made of, whatever the task. */
export interface PredictionNetwork {
  architecture: Architecture;
  parameters: Parameters;
  stack: RecurrentStack;
  /** Text: attention looks back alone. */
  causal: boolean;
  output: SequenceSettings["output"];
  meaning: OutputMeaning;
  vocabulary: string[] | null;
  /** Numbers in an output. */
  outputSize: number;
  /** Numbers or token ids of one input, which came at `pointer`; throws validation_failed, prompt_characters_unknown. */
  read(input: PredictionInput, pointer: string): Float32Array | Int32Array;
  /** What the stack takes of them. [1, time, input] or ids [1, time] */
  enter(values: Float32Array | Int32Array): Tensor3D | Tensor2D;
  /** Steps of an input that was read. */
  steps(values: Float32Array | Int32Array): number;
  /** What the stack gave, told in the units of the meaning. [rows, stack output] -> [rows * outputSize] */
  leave(values: Tensor2D): Float32Array;
}

/** Builds the network of a checkpoint of any task; throws checkpoint_corrupt where weights and settings do not fit. */
export function createPredictionNetwork(contents: CheckpointContents): PredictionNetwork {
  const parameters = new Parameters(tensorGroup(contents.tensors, "model"));
  switch (contents.description.task) {
    case "text":
      return textNetwork(contents, parameters);
    case "sequence":
      return sequenceNetwork(contents, parameters);
    case "forecast":
      return encoderNetwork(contents, parameters);
  }
}

function textNetwork({ description }: CheckpointContents, parameters: Parameters): PredictionNetwork {
  const { architecture, taskDescription } = description;
  const vocabulary = readVocabulary(taskDescription.vocabulary);
  const { embedding_size: embeddingSize } = architecture;
  const embedding =
    embeddingSize === null ? null : parameters.create("embedding", [vocabulary.size, embeddingSize], none);
  const stack = createRecurrentStack(
    architecture,
    { inputSize: embeddingSize ?? vocabulary.size, causal: true },
    parameters,
  );
  const head = createDense({ name: "head", inputs: stack.outputSize, outputs: vocabulary.size }, parameters);
  return {
    ...{ architecture, parameters, stack, causal: true, output: "each_step", meaning: "probabilities" },
    ...{ vocabulary: tokenNames(vocabulary), outputSize: vocabulary.size },
    read: (input, pointer) => readTokens(input, pointer, vocabulary),
    enter: (ids) => {
      const tokens = tf.tensor2d(ids, [1, ids.length], "int32");
      return embedding ? gatherRows(embedding as unknown as Tensor2D, tokens) : tokens;
    },
    steps: (ids) => ids.length,
    leave: (values) => probabilities(head, values),
  };
}

function sequenceNetwork({ description }: CheckpointContents, parameters: Parameters): PredictionNetwork {
  const { architecture, sequence, taskDescription } = description;
  if (sequence === null) throw appError("checkpoint_corrupt", "expected the settings of a sequence model, got none");
  const scaling = taskDescription as unknown as SequenceDescription;
  const { input_size: inputSize, output_size: outputSize, output, loss } = sequence;
  const stack = createRecurrentStack(architecture, { inputSize, causal: false }, parameters);
  const head = createDense({ name: "head", inputs: stack.outputSize, outputs: outputSize }, parameters);
  const isClasses = loss === "cross_entropy";
  return {
    ...{ architecture, parameters, stack, causal: false, output, outputSize, vocabulary: null },
    meaning: isClasses ? "probabilities" : "values",
    read: (input, pointer) => readNumbers(input, pointer, { columns: inputSize, name: "the model's input_size" }),
    enter: (values) => numbersIn(scaleColumns(Float32Array.from(values), scaling.inputs), inputSize),
    steps: (values) => values.length / inputSize,
    leave: (values) =>
      isClasses ? probabilities(head, values) : unscaleColumns(numbersOf(head(values)), scaling.targets),
  };
}

/** Of the first member of an ensemble: its context blocks in, what its head gets of them out. */
function encoderNetwork({ description }: CheckpointContents, parameters: Parameters): PredictionNetwork {
  const { architecture, forecast } = description;
  if (forecast === null) throw appError("checkpoint_corrupt", "expected the settings of a forecast, got none");
  const { long_season: longSeason, covariates } = description.taskDescription as unknown as ForecastDescription;
  const { inputSize } = forecastGeometry(forecast, longSeason, covariates);
  const name = covariates ? "the model's block_length for the target and each covariate" : "the model's block_length";
  const stack = createRecurrentStack(architecture, { inputSize, causal: false }, parameters);
  return {
    ...{ architecture, parameters, stack, causal: false, output: "last_step", meaning: "encoding", vocabulary: null },
    outputSize: stack.outputSize,
    read: (input, pointer) => readNumbers(input, pointer, { columns: inputSize, name }),
    enter: (values) => numbersIn(values, inputSize),
    steps: (values) => values.length / inputSize,
    leave: numbersOf,
  };
}

function numbersIn(values: Float32Array | Int32Array, columns: number): Tensor3D {
  return tf.tensor3d(values as Float32Array, [1, values.length / columns, columns]);
}

function probabilities(head: Dense, values: Tensor2D): Float32Array {
  return numbersOf(tf.softmax(head(values)));
}

function numbersOf(values: Tensor2D): Float32Array {
  return values.dataSync() as Float32Array;
}

/** Every value comes from the checkpoint. */
function none(): Float32Array {
  throw new RangeError("expected a parameter of the checkpoint");
}
