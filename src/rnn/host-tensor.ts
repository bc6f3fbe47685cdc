import { type Tensor, tf } from "./backend.ts";

/** A tensor outside of TensorFlow, row-major, as a checkpoint holds it. */
export interface HostTensor {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** Copies a tensor out of TensorFlow. */
export function toHostTensor(tensor: Tensor): HostTensor {
  return { shape: [...tensor.shape], data: tensor.dataSync() as Float32Array | Int32Array };
}

/** Copies into a new tensor: the caller disposes it. */
export function fromHostTensor({ shape, data }: HostTensor): Tensor {
  return tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32");
}
