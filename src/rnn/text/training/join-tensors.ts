import type { HostTensor } from "../../host-tensor.ts";

type Tensors = ReadonlyMap<string, HostTensor>;
export type Shapes = ReadonlyMap<string, number[]>;

export function shapesOf(tensors: Tensors): Shapes {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}

/** All tensors of a map in its order, one after another. */
export function joinTensors(tensors: Tensors): Float32Array {
  const joined = new Float32Array([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0));
  let start = 0;
  for (const { data } of tensors.values()) {
    joined.set(data, start);
    start += data.length;
  }
  return joined;
}

/** Tensors of these shapes, filled by `fill` where they lie one after another. */
export function splitTensors(shapes: Shapes, fill: (joined: Float32Array) => void): Map<string, HostTensor> {
  const sizes = [...shapes].map(([name, shape]) => ({
    name,
    shape,
    size: shape.reduce((all, extent) => all * extent, 1),
  }));
  const joined = new Float32Array(sizes.reduce((sum, { size }) => sum + size, 0));
  fill(joined);
  let start = 0;
  return new Map(
    sizes.map(({ name, shape, size }) => {
      start += size;
      return [name, { shape, data: joined.subarray(start - size, start) }];
    }),
  );
}
