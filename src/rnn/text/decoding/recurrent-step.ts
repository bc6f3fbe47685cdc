import type { Cell } from "../../../schemas/models.ts";
import { gateCount } from "../../layers/gate-count.ts";
import { type CellStep, cellSteps, type LayerWorkspace } from "./cell-steps.ts";
import { packMatrix, padRows } from "./pack-matrix.ts";
import { padded, VectorMemory } from "./vector-memory.ts";

/** Weights of one layer, row-major, laid out as RecurrentWeights has them. */
export interface StepWeights {
  cell: Cell;
  resetAfter: boolean;
  units: number;
  inputs: "tokens" | "vectors";
  inputSize: number;
  kernel: Float32Array; // [input, G * units]
  recurrentKernel: Float32Array; // [units, G * units]
  bias: Float32Array; // [G * units]; gru with reset_after [2, G * units]
}

/** A vector [padded input], or a token: one-hot, so its row of the kernel is the whole product. */
export type StepInput = Float32Array | number;

/** One recurrent layer, a step at a time. All vectors are padded to whole panels with units that stay zero. */
export interface RecurrentStep {
  readonly bytes: number;
  /** Moves `state` on in place; state[0] is the layer's output. */
  advance(input: StepInput, state: Float32Array[]): void;
}

export function createRecurrentStep(weights: StepWeights): RecurrentStep {
  const { units, inputs, inputSize } = weights;
  const width = padded(units);
  const gates = gateCount[weights.cell];
  const inputRows = inputs === "tokens" ? 0 : padded(inputSize);
  const memory = new VectorMemory(gates * width * (inputRows + width + 2) + 2 * width + inputRows);
  const workspace: LayerWorkspace = {
    memory,
    width,
    sums: memory.array(gates * width),
    hidden: memory.array(width),
    recurrentKernel: memory.array(gates * width * width),
    recurrentBias: padRows(
      { values: weights.bias.subarray(gates * units), rows: 1, blocks: gates, width: units },
      null,
    ),
  };
  const recurrent = { values: weights.recurrentKernel, rows: units, blocks: gates, width: units };
  packMatrix(recurrent, workspace.recurrentKernel, width);
  const project = inputs === "tokens" ? tokenProjection(weights, workspace) : vectorProjection(weights, workspace);
  const step: CellStep = chooseCell(weights)(workspace);
  return {
    bytes: memory.bytes + project.bytes,
    advance: (input, state) => {
      project.run(input);
      workspace.hidden.set(state[0]!);
      step(state);
    },
  };
}

function chooseCell({ cell, resetAfter }: StepWeights) {
  if (cell === "gru") return resetAfter ? cellSteps.gru : cellSteps.gruResetBefore;
  return cell === "lstm" ? cellSteps.lstm : cellSteps.simpleRnn;
}

interface Projection {
  bytes: number;
  /** sums = bias + input * kernel. */
  run(input: StepInput): void;
}

function tokenProjection({ kernel, bias, inputSize, units }: StepWeights, { sums, width }: LayerWorkspace): Projection {
  const blocks = sums.length / width;
  const rows = padRows({ values: kernel, rows: inputSize, blocks, width: units }, bias); // [vocabulary, G * width]
  return {
    bytes: rows.byteLength,
    run: (token) => sums.set(rows.subarray(Number(token) * sums.length, (Number(token) + 1) * sums.length)),
  };
}

function vectorProjection(weights: StepWeights, { memory, sums, width }: LayerWorkspace): Projection {
  const { kernel, inputSize, units } = weights;
  const rows = padded(inputSize);
  const blocks = sums.length / width;
  const bias = padRows({ values: weights.bias.subarray(0, blocks * units), rows: 1, blocks, width: units }, null);
  const packed = memory.array(rows * sums.length);
  packMatrix({ values: kernel, rows: inputSize, blocks, width: units }, packed, rows);
  const vector = memory.array(rows);
  return {
    bytes: 0,
    run: (input) => {
      vector.set(input as Float32Array);
      sums.set(bias);
      memory.multiplyAdd(vector, packed, sums);
    },
  };
}
