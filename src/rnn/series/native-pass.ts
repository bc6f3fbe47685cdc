import type { Architecture, Cell } from "../../schemas/models.ts";
import type { HostTensor } from "../host-tensor.ts";
import { isPlainNetwork } from "../layers/is-plain-network.ts";
import { loadFusedKernels } from "../load-fused-kernels.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastPass } from "./forecast-pass.ts";

type Weights = ReadonlyMap<string, HostTensor>;

/** native/kernels/recurrent/shapes.h */
const cells: Partial<Record<Cell, number>> = { simple_rnn: 0, lstm: 1, gru: 2 };
const gruResetBefore = 3;

const arraysOfLayer = 3;
const arraysOfHead = 4;
const columnsAtOnce = 16;

/**
 * The pass without TensorFlow in between: its calls cost ten times what a small network does. null where the addon did not load or
 * the network has parts that the pass does not know; the weights' shapes have been checked before.
 */
export function nativePass(
  architecture: Architecture,
  geometry: ForecastGeometry,
  weights: Weights,
): ForecastPass | null {
  const { kernels } = loadFusedKernels();
  const { blocks, inputSize, headFeatures, horizon, outputsPerStep, seeds } = geometry;
  if (kernels === null || !isPlain(architecture, weights, seeds)) return null;
  const { units, layers } = architecture;
  const columnsOf = (outputs: number) => Math.ceil(outputs / columnsAtOnce) * columnsAtOnce;
  const width = horizon * outputsPerStep;
  const hidden = columnsOf(geometry.headUnits);
  const output = columnsOf(width);
  const members = Array.from({ length: seeds }, (_, member) => {
    const arrayOf = (name: string) => weights.get(member === 0 ? name : `member/${member}/${name}`)!;
    return [...stackArrays(arrayOf, layers), ...headArrays(arrayOf, hidden, output)];
  });
  const cell = architecture.cell === "gru" && !architecture.reset_after ? gruResetBefore : cells[architecture.cell]!;
  let padded = new Float32Array(0);
  let corrections = new Float32Array(0);
  const shape = Int32Array.of(cell, units, layers, 0, blocks, inputSize, headFeatures, hidden, output);
  return {
    run: ({ encoder, features }, rows) => {
      if (padded.length < rows * output) {
        padded = new Float32Array(rows * output);
        corrections = new Float32Array(seeds * rows * width);
      }
      shape[3] = rows;
      for (const [member, arrays] of members.entries()) {
        kernels.runForecast(shape, arrays, encoder, features, padded);
        for (let row = 0; row < rows; row++) {
          const start = row * output;
          corrections.set(padded.subarray(start, start + width), (member * rows + row) * width);
        }
      }
      return corrections.subarray(0, seeds * rows * width);
    },
    dispose: () => undefined,
  };
}

/** Exactly the layers that the pass runs, with nothing between them. */
function isPlain(architecture: Architecture, weights: Weights, seeds: number): boolean {
  return isPlainNetwork(architecture) && weights.size === seeds * (arraysOfLayer * architecture.layers + arraysOfHead);
}

type ArrayOf = (name: string) => HostTensor;

function stackArrays(arrayOf: ArrayOf, layers: number): Float32Array[] {
  return Array.from({ length: layers }, (_, layer) =>
    ["kernel", "recurrent_kernel", "bias"].map((name) => floats(arrayOf(`recurrent/${layer}/${name}`))),
  ).flat();
}

/** With zeros for the columns that pad the layers. */
function headArrays(arrayOf: ArrayOf, hidden: number, output: number): Float32Array[] {
  return [
    padColumns(arrayOf("head/hidden/kernel"), hidden),
    padColumns(arrayOf("head/hidden/bias"), hidden),
    padColumns(arrayOf("head/output/kernel"), output, hidden),
    padColumns(arrayOf("head/output/bias"), output),
  ];
}

function floats({ data }: HostTensor): Float32Array {
  return data as Float32Array;
}

function padColumns(tensor: HostTensor, columns: number, leastRows = 1): Float32Array {
  const outputs = tensor.shape.at(-1)!;
  const values = floats(tensor);
  const rows = values.length / outputs;
  const padded = new Float32Array(Math.max(rows, leastRows) * columns);
  for (let row = 0; row < rows; row++) padded.set(values.subarray(row * outputs, (row + 1) * outputs), row * columns);
  return padded;
}
