import { pagesFor } from "./assemble-wasm.ts";
import { PANEL_COLUMNS, vectorKernels } from "./vector-kernels.ts";

// Node has it; TypeScript declares it with the browser's types alone.
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, (...parameters: number[]) => void> };
};

const module = new WebAssembly.Module(vectorKernels);

/** Places of `floats` in one memory, and the kernels that work on them. Without fused multiply-add: the same numbers on every machine. */
export class VectorMemory {
  readonly #memory: { buffer: ArrayBuffer };
  readonly #kernels: Record<string, (...parameters: number[]) => void>;
  #used = 0;

  /** `floats`: how many all the arrays together will hold. */
  constructor(floats: number) {
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(4 * floats) });
    this.#kernels = new WebAssembly.Instance(module, { unroll: { memory: this.#memory } }).exports;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A new array of zeros; takes a multiple of 16 floats. */
  array(length: number): Float32Array<ArrayBuffer> {
    const array = new Float32Array(this.#memory.buffer, this.#used, length);
    this.#used += 4 * padded(length);
    return array;
  }

  /** sums += vector * matrix; vector [rows], matrix [panels, rows, 16], sums [panels * 16]. */
  multiplyAdd(vector: Float32Array, matrix: Float32Array, sums: Float32Array): void {
    const panels = sums.length / PANEL_COLUMNS;
    this.#kernels.multiplyAdd!(vector.length, vector.byteOffset, matrix.byteOffset, sums.byteOffset, panels);
  }

  sigmoid(values: Float32Array): void {
    this.#kernels.sigmoid!(values.byteOffset, values.length);
  }

  tanh(values: Float32Array): void {
    this.#kernels.tanh!(values.byteOffset, values.length);
  }
}

export const padded = (length: number): number => Math.ceil(length / PANEL_COLUMNS) * PANEL_COLUMNS;
