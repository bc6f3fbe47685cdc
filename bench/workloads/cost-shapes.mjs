import { shape } from "./training-shapes.mjs";

const values = {
  units: { short: [32, 128, 512], full: [16, 32, 64, 128, 256, 512, 1024] },
  batch: { short: [4, 50, 128], full: [1, 2, 4, 8, 16, 50, 128, 256] },
  time: { short: [10, 50, 200], full: [5, 10, 25, 50, 100, 200, 400] },
  layers: { short: [1, 2, 4], full: [1, 2, 3, 4, 6, 8] },
};

/** LSTM 128x2, batch 50, 50 steps, with one size varied at a time: [{axis, value, shape}]. */
export function costShapes(isFull) {
  return Object.entries(values).flatMap(([axis, { short, full }]) =>
    (isFull ? full : short).map((value) => {
      const sizes = { units: 128, layers: 2, batch: 50, time: 50, [axis]: value };
      const { units, layers, ...extras } = sizes;
      return { axis, value, shape: shape("lstm", units, layers, extras) };
    }),
  );
}
