import type { VectorMemory } from "./vector-memory.ts";

/** What a step finds: `sums` holds bias + input * kernel for every gate, `hidden` the hidden state before the step. */
export interface LayerWorkspace {
  memory: VectorMemory;
  /** Units, padded to whole panels. */
  width: number;
  sums: Float32Array; // [G * width]
  hidden: Float32Array; // [width]
  recurrentKernel: Float32Array; // packed [G * width / 16, width, 16]
  /** gru with reset_after; else zeros. */
  recurrentBias: Float32Array; // [G * width]
}

/** Moves the state of a layer on: [hidden], or [hidden, cell] for lstm, each [width]. */
export type CellStep = (state: Float32Array[]) => void;

function simpleRnn({ memory, sums, hidden, recurrentKernel }: LayerWorkspace): CellStep {
  return ([state]) => {
    memory.multiplyAdd(hidden, recurrentKernel, sums);
    memory.tanh(sums);
    state!.set(sums);
  };
}

/** Gates i, f, c, o. */
function lstm({ memory, width, sums, hidden, recurrentKernel }: LayerWorkspace): CellStep {
  const inputAndForget = sums.subarray(0, 2 * width);
  const input = sums.subarray(0, width);
  const forget = sums.subarray(width, 2 * width);
  const candidate = sums.subarray(2 * width, 3 * width);
  const output = sums.subarray(3 * width);
  return ([hiddenState, cellState]) => {
    memory.multiplyAdd(hidden, recurrentKernel, sums);
    memory.sigmoid(inputAndForget);
    memory.tanh(candidate);
    memory.sigmoid(output);
    for (let unit = 0; unit < width; unit += 1) {
      cellState![unit] = forget[unit]! * cellState![unit]! + input[unit]! * candidate[unit]!;
    }
    hidden.set(cellState!);
    memory.tanh(hidden);
    for (let unit = 0; unit < width; unit += 1) hiddenState![unit] = output[unit]! * hidden[unit]!;
  };
}

/** Gates z, r, h; the reset gate acts on the recurrent product. */
function gru(workspace: LayerWorkspace): CellStep {
  const { memory, width, sums, hidden, recurrentKernel, recurrentBias } = workspace;
  const recurrentSums = memory.array(3 * width);
  const { updateAndReset, reset, candidate } = gruGates(workspace);
  return ([state]) => {
    recurrentSums.set(recurrentBias);
    memory.multiplyAdd(hidden, recurrentKernel, recurrentSums);
    for (let index = 0; index < 2 * width; index += 1) sums[index]! += recurrentSums[index]!;
    memory.sigmoid(updateAndReset);
    for (let unit = 0; unit < width; unit += 1) candidate[unit]! += reset[unit]! * recurrentSums[2 * width + unit]!;
    memory.tanh(candidate);
    mix(state!, sums, candidate);
  };
}

/** reset_after false: the reset gate acts on the hidden state, before the recurrent product. */
function gruResetBefore(workspace: LayerWorkspace): CellStep {
  const { memory, width, hidden, recurrentKernel } = workspace;
  const { update, updateAndReset, reset, candidate } = gruGates(workspace);
  const gateKernel = recurrentKernel.subarray(0, 2 * width * width);
  const candidateKernel = recurrentKernel.subarray(2 * width * width);
  return ([state]) => {
    memory.multiplyAdd(hidden, gateKernel, updateAndReset);
    memory.sigmoid(updateAndReset);
    for (let unit = 0; unit < width; unit += 1) hidden[unit]! *= reset[unit]!;
    memory.multiplyAdd(hidden, candidateKernel, candidate);
    memory.tanh(candidate);
    mix(state!, update, candidate);
  };
}

function gruGates({ sums, width }: LayerWorkspace) {
  return {
    update: sums.subarray(0, width),
    reset: sums.subarray(width, 2 * width),
    updateAndReset: sums.subarray(0, 2 * width),
    candidate: sums.subarray(2 * width),
  };
}

/** state = update * state + (1 - update) * candidate. */
function mix(state: Float32Array, update: Float32Array, candidate: Float32Array): void {
  for (let unit = 0; unit < state.length; unit += 1) {
    state[unit] = update[unit]! * state[unit]! + (1 - update[unit]!) * candidate[unit]!;
  }
}

export const cellSteps = { simpleRnn, lstm, gru, gruResetBefore };
