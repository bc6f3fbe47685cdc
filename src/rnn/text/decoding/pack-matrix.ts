import { PANEL_COLUMNS } from "./vector-kernels.ts";
import { padded } from "./vector-memory.ts";

/** A row-major matrix [rows, blocks * width] whose columns are `blocks` gates of `width` units each. */
export interface GateMatrix {
  values: Float32Array;
  rows: number;
  blocks: number;
  width: number;
}

/**
 * Copies a matrix into panels of 16 columns for multiplyAdd, each gate padded with zeros to whole panels and the rows to
 * `packedRows`. packed: [panels, packedRows, 16].
 */
export function packMatrix(matrix: GateMatrix, packed: Float32Array, packedRows: number): void {
  const columns = matrix.blocks * matrix.width;
  for (let block = 0; block < matrix.blocks; block += 1) {
    for (let unit = 0; unit < matrix.width; unit += 1) {
      const column = block * padded(matrix.width) + unit;
      const lane = column % PANEL_COLUMNS;
      const panel = (column - lane) * packedRows;
      const from = block * matrix.width + unit;
      for (let row = 0; row < matrix.rows; row += 1) {
        packed[panel + row * PANEL_COLUMNS + lane] = matrix.values[row * columns + from]!;
      }
    }
  }
}

/** The rows of a matrix with every gate padded to whole panels, plus `added` to each: [rows, blocks * padded width]. */
export function padRows({ values, rows, blocks, width }: GateMatrix, added: Float32Array | null): Float32Array {
  const result = new Float32Array(rows * blocks * padded(width));
  let from = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let block = 0; block < blocks; block += 1) {
      const to = (row * blocks + block) * padded(width);
      for (let unit = 0; unit < width; unit += 1, from += 1) {
        result[to + unit] = values[from]! + (added?.[block * width + unit] ?? 0);
      }
    }
  }
  return result;
}
