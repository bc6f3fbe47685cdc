import { type Tensor2D, tf } from "./backend.ts";
import type { Random } from "./random.ts";

/** First values of a parameter of the given shape, row-major. */
export type Initialiser = (shape: number[], random: Random) => Float32Array;

/** Uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010): kernels. */
export const glorotUniform: Initialiser = (shape, random) => {
  const [inputs, outputs] = shape as [number, number];
  const limit = Math.sqrt(6 / (inputs + outputs));
  return fill(shape, () => (2 * random.uniform() - 1) * limit);
};

/** Uniform within 0.05, as Keras initialises embeddings. */
export const smallUniform: Initialiser = (shape, random) => fill(shape, () => (2 * random.uniform() - 1) * 0.05);

/** Normal with the given standard deviation. */
export const smallNormal =
  (deviation: number): Initialiser =>
  (shape, random) =>
    fill(shape, () => random.normal() * deviation);

/** Normal with deviation 1 / sqrt(inputs), which keeps the size of sums (LeCun et al. 1998). */
export const scaledNormal: Initialiser = (shape, random) => smallNormal(1 / Math.sqrt(shape[0]!))(shape, random);

export const zeros: Initialiser = (shape) => fill(shape, () => 0);

/** Gains. */
export const ones: Initialiser = (shape) => fill(shape, () => 1);

/** Bias of an LSTM, gates i, f, c, o: the forget gate starts at 1, so that memory lasts (Jozefowicz et al. 2015). */
export const unitForgetBias: Initialiser = ([size]) => {
  const units = size! / 4;
  return new Float32Array(size!).fill(1, units, 2 * units);
};

/** Random rows at right angles (Saxe et al. 2014), for shapes no taller than wide: recurrent kernels [units, gates * units]. */
export const orthogonal: Initialiser = (shape, random) => {
  const [rows, columns] = shape as [number, number];
  const normal = fill(shape, () => random.normal());
  for (let row = 0; row < rows; row += blockRows) {
    const block = normal.subarray(row * columns, Math.min(row + blockRows, rows) * columns);
    // Twice, because one pass in single precision leaves an error of its rounding times the cancellation.
    for (let pass = 0; pass < 2; pass++) {
      if (row > 0) removeComponents(block, normal.subarray(0, row * columns), columns);
      orthonormalise(block, columns);
    }
  }
  return normal;
};
/** Rows made orthogonal here, one by one; against the rows above them a product does it. */
const blockRows = 32;

/** block -= (block above^T) above: takes away what lies along the rows above, which are orthonormal. */
function removeComponents(block: Float32Array, above: Float32Array, columns: number): void {
  const rest = tf.tidy(() => {
    const [rows, basis] = [block, above].map((data) => tf.tensor2d(data, [data.length / columns, columns]));
    const shares = tf.matMul(rows as Tensor2D, basis as Tensor2D, false, true);
    return tf.sub(rows!, tf.matMul(shares, basis as Tensor2D));
  });
  block.set(rest.dataSync());
  rest.dispose();
}

/** Modified Gram-Schmidt over the rows of a block. */
function orthonormalise(block: Float32Array, columns: number): void {
  for (let start = 0; start < block.length; start += columns) {
    const row = block.subarray(start, start + columns);
    for (let other = 0; other < start; other += columns) {
      const basis = block.subarray(other, other + columns);
      const share = dot(row, basis);
      for (let column = 0; column < columns; column++) row[column]! -= share * basis[column]!;
    }
    const length = Math.sqrt(dot(row, row));
    for (let column = 0; column < columns; column++) row[column]! /= length;
  }
}

function dot(first: Float32Array, second: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < first.length; index++) sum += first[index]! * second[index]!;
  return sum;
}

function fill(shape: number[], next: () => number): Float32Array {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let index = 0; index < data.length; index++) data[index] = next();
  return data;
}
