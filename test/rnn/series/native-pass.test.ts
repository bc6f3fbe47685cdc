import { describe, expect, it } from "vitest";
import { backend } from "../../../src/rnn/backend.ts";
import { toHostTensor } from "../../../src/rnn/host-tensor.ts";
import { loadFusedKernels } from "../../../src/rnn/load-fused-kernels.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { CovariateDescription } from "../../../src/rnn/series/covariates/covariate-description.ts";
import { ForecastBatch } from "../../../src/rnn/series/forecast-batch.ts";
import { forecastGeometry } from "../../../src/rnn/series/forecast-geometry.ts";
import { createForecastNetwork } from "../../../src/rnn/series/forecast-network.ts";
import { tensorPass } from "../../../src/rnn/series/forecast-pass.ts";
import { nativePass } from "../../../src/rnn/series/native-pass.ts";
import { architectureOf } from "../../architecture.ts";
import { plainForecast } from "../../forecast-settings.ts";

interface Network {
  cell: "simple_rnn" | "lstm" | "gru";
  reset_after: boolean;
  units: number;
  layers: number;
  block_length: number;
  head_units: number;
  quantiles: number[];
  seeds: number;
  covariates?: CovariateDescription;
}

const levels = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) / (count + 1));

/** Both passes over one network with random weights, and rows with random contexts. */
function passes(network: Network, rows: number) {
  const { cell, reset_after, units, layers, covariates: described = null, ...settings } = network;
  const architecture = architectureOf({ cell, units, layers, reset_after });
  const sizes = { horizon: 24, context_length: 96, lags: [1, 2], season_length: 24 };
  const forecast = { ...plainForecast, ...settings, ...sizes, baseline: "last" as const, transform: "none" as const };
  const geometry = forecastGeometry(forecast, 24, described);
  const random = new Random(7);
  const drawn = createForecastNetwork(architecture, geometry, random);
  const weights = new Map([...drawn.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
  for (const { data } of weights.values()) for (const index of data.keys()) data[index]! += 0.1 * random.normal();
  drawn.dispose();
  const reference = tensorPass(createForecastNetwork(architecture, geometry, weights), geometry);
  const batch = new ForecastBatch(geometry, rows);
  for (const values of [batch.encoder, batch.features])
    for (const index of values.keys()) values[index] = random.normal();
  return { geometry, architecture, weights, batch, reference, native: nativePass(architecture, geometry, weights) };
}

const networks: Network[] = [
  {
    cell: "gru",
    reset_after: true,
    units: 64,
    layers: 1,
    block_length: 1,
    head_units: 512,
    quantiles: levels(9),
    seeds: 1,
  },
  {
    cell: "gru",
    reset_after: false,
    units: 33,
    layers: 2,
    block_length: 4,
    head_units: 17,
    quantiles: levels(3),
    seeds: 2,
  },
  {
    cell: "lstm",
    reset_after: true,
    units: 7,
    layers: 3,
    block_length: 2,
    head_units: 5,
    quantiles: levels(1),
    seeds: 1,
  },
  {
    cell: "simple_rnn",
    reset_after: true,
    units: 130,
    layers: 2,
    block_length: 24,
    head_units: 40,
    quantiles: levels(5),
    seeds: 3,
  },
  {
    cell: "gru",
    reset_after: true,
    units: 20,
    layers: 2,
    block_length: 8,
    head_units: 30,
    quantiles: levels(3),
    seeds: 2,
    covariates: {
      past: [{ name: "p", mean: 0, deviation: 1 }],
      future: [{ name: "f", mean: 0, deviation: 1 }],
      static_numbers: [],
      static_categories: [{ name: "c", values: ["a", "b"] }],
    },
  },
];

describe.runIf(backend.level === "fused")("the pass without TensorFlow", () => {
  it.each(networks)("of $layers x $cell $units gives what TensorFlow gives", (network) => {
    const { batch, reference, native } = passes(network, 5);
    for (const rows of [5, 1, 3]) {
      const expected = reference.run(batch, rows);
      const found = native!.run(batch, rows);
      expect(found).toHaveLength(expected.length);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0);
      expect(worst / largest).toBeLessThan(1e-6);
    }
  });

  it("gives a row the same numbers, bit for bit, whichever stand beside it", () => {
    const { geometry, batch, native } = passes(networks[0]!, 16);
    const together = native!.run(batch, 16).slice();
    const { contextLength, headFeatures } = geometry;
    for (let row = 0; row < 16; row++) {
      const lone = new ForecastBatch(geometry, 1);
      lone.encoder.set(batch.encoder.subarray(row * contextLength, (row + 1) * contextLength));
      lone.features.set(batch.features.subarray(row * headFeatures, (row + 1) * headFeatures));
      const width = together.length / 16;
      expect(native!.run(lone, 1)).toEqual(together.slice(row * width, (row + 1) * width));
    }
  });

  it("leaves networks with parts that it does not know to TensorFlow", () => {
    const { geometry, architecture, weights } = passes(networks[0]!, 1);
    const withGate = new Map([...weights, ["recurrent/0/gate", { shape: [1], data: new Float32Array(1) }]]);
    expect(nativePass(architecture, geometry, withGate)).toBeNull();
    expect(nativePass({ ...architecture, residual: true }, geometry, weights)).toBeNull();
  });

  it("refuses arrays that are too short, and shapes that cannot be", () => {
    const { runForecast } = loadFusedKernels().kernels!;
    const one = new Float32Array(1);
    const shape = [2, 4, 1, 1, 3, 1, 1, 16, 16];
    expect(() => runForecast(Int32Array.from(shape), [], one, one, one)).toThrow(/encoder .* at least 3 elements/);
    expect(() => runForecast(Int32Array.from(shape), [one], new Float32Array(3), one, new Float32Array(16))).toThrow(
      /weights/,
    );
    expect(() => runForecast(Int32Array.of(9, ...shape.slice(1)), [], one, one, one)).toThrow(/shape/);
    expect(() => runForecast(Int32Array.from([...shape.slice(0, 8), 17]), [], one, one, one)).toThrow(/multiple of 16/);
  });
});
