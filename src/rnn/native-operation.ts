import { type Tensor, tf } from "./backend.ts";

interface Attribute {
  name: string;
  type: number;
  value: number;
}

interface NativeBackend {
  binding: { TF_ATTR_INT: number };
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

/** Runs an operation of TensorFlow's registry by name, ours among them. Only where backend.level is "fused". */
export function runNativeOperation(
  name: string,
  inputs: Tensor[],
  outputs: number,
  integers: Record<string, number> = {},
): Tensor[] {
  const native = tf.backend() as unknown as NativeBackend;
  const type = native.binding.TF_ATTR_INT;
  const attributes = Object.entries(integers).map(([attribute, value]) => ({ name: attribute, type, value }));
  return native.executeMultipleOutputs(name, attributes, inputs, outputs);
}
