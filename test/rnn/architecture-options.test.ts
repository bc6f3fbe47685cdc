import { describe, expect, test } from "vitest";
import { tf } from "../../src/rnn/backend.ts";
import { countParameters } from "../../src/rnn/count-parameters.ts";
import { Parameters } from "../../src/rnn/parameters.ts";
import { Random } from "../../src/rnn/random.ts";
import { createSequenceNetwork } from "../../src/rnn/sequence/sequence-network.ts";
import { forecastGeometry } from "../../src/rnn/series/forecast-geometry.ts";
import { createForecastNetwork } from "../../src/rnn/series/forecast-network.ts";
import { createTextNetwork } from "../../src/rnn/text/text-network.ts";
import { Architecture } from "../../src/schemas/models.ts";
import { architectureOf } from "../architecture.ts";
import { plainForecast } from "../forecast-settings.ts";

type Changes = Partial<Architecture>;

/** Each option beside the default or the option it needs; `counts` where it changes the number of parameters. */
const sequenceOptions: [field: keyof Architecture, from: Changes, to: Changes][] = [
  ["cell", {}, { cell: "simple_rnn" }],
  ["cell", {}, { cell: "gru" }],
  ["cell", { cell: "gru" }, { cell: "min_gru" }],
  ["cell", { cell: "min_gru" }, { cell: "min_lstm" }],
  ["units", {}, { units: 5 }],
  ["layers", {}, { layers: 3 }],
  ["bidirectional", {}, { bidirectional: true }],
  ["merge_mode", { bidirectional: true }, { bidirectional: true, merge_mode: "sum" }],
  ["merge_mode", { bidirectional: true, merge_mode: "sum" }, { bidirectional: true, merge_mode: "mul" }],
  ["merge_mode", { bidirectional: true, merge_mode: "mul" }, { bidirectional: true, merge_mode: "ave" }],
  ["attention", {}, { attention: "dot" }],
  ["attention", { attention: "dot" }, { attention: "additive" }],
  ["attention_window", { attention: "dot" }, { attention: "dot", attention_window: 2 }],
  ["dropout", {}, { dropout: 0.5 }],
  ["recurrent_dropout", {}, { recurrent_dropout: 0.5 }],
  ["layer_norm", {}, { layer_norm: true }],
  ["layer_norm", { cell: "simple_rnn" }, { cell: "simple_rnn", layer_norm: true }],
  ["layer_norm", { cell: "gru" }, { cell: "gru", layer_norm: true }],
  ["layer_norm", { cell: "min_lstm" }, { cell: "min_lstm", layer_norm: true }],
  ["residual", {}, { residual: true }],
  ["activation", { cell: "simple_rnn" }, { cell: "simple_rnn", activation: "relu" }],
  ["initializer", {}, { initializer: "glorot" }],
  ["initializer", {}, { initializer: "scaled_normal" }],
  ["initializer", {}, { initializer: "small_normal" }],
  ["reset_after", { cell: "gru" }, { cell: "gru", reset_after: false }],
];

function sequenceOutputs(changes: Changes, output: "each_step" | "last_step") {
  const architecture = architectureOf({ units: 4, layers: 2, ...changes });
  const settings = { input_size: 3, output_size: 2, output, loss: "mse", scaling: "none" } as const;
  const network = createSequenceNetwork(architecture, settings, new Random(1));
  const inputs = Float32Array.from({ length: 2 * 6 * 3 }, (_, index) => Math.sin(index));
  const rows = output === "last_step" ? [5, 11] : [0, 3, 7, 11];
  const batch = { batch: 2, time: 6, inputs, lengths: Int32Array.of(6, 6), rows: Int32Array.from(rows) };
  const outputs = [...network.apply({ ...batch, targets: new Float32Array(0) }, new Random(2)).dataSync()];
  const built = [...network.parameters.variables.values()].reduce((sum, { size }) => sum + size, 0);
  network.parameters.dispose();
  const model = { task: "sequence", architecture, forecast: null, sequence: settings, vocabularySize: null } as const;
  expect(countParameters(model)).toBe(built);
  return outputs;
}

describe.each(["each_step", "last_step"] as const)("a sequence network of %s", (output) => {
  test.each(sequenceOptions)(
    "%s changes what it says: %o to %o; its parameters are counted right",
    (_field, from, to) => {
      expect(sequenceOutputs(to, output)).not.toEqual(sequenceOutputs(from, output));
    },
  );
});

test.each<Changes>([
  { attention: "dot", attention_window: 4 },
  { attention: "additive", attention_window: 4, cell: "gru", layer_norm: true },
  { cell: "min_lstm", embedding_size: 3, residual: true },
])("a text network's parameters are counted right: %o", (changes) => {
  const architecture = architectureOf({ units: 4, layers: 2, ...changes });
  const network = createTextNetwork(architecture, 7, new Parameters(new Random(1)));
  const built = [...network.parameters.variables.values()].reduce((sum, { size }) => sum + size, 0);
  network.parameters.dispose();
  expect(countParameters({ task: "text", architecture, forecast: null, sequence: null, vocabularySize: 7 })).toBe(
    built,
  );
});

test("embedding_size changes a text network", () => {
  const count = (embedding_size: number | null) =>
    countParameters({
      ...{ task: "text", architecture: architectureOf({ embedding_size }), vocabularySize: 7 },
      ...{ forecast: null, sequence: null },
    });
  expect(count(3)).not.toBe(count(null));
});

// Numbers that keras.Model.count_params and torch give for the same layers; input 10, 2 layers of 8 units.
test.each<[string, Changes, number]>([
  ["lstm, both directions", { bidirectional: true }, 2 * 608 + 2 * 800],
  ["gru, both directions, added", { cell: "gru", bidirectional: true, merge_mode: "sum" }, 2 * 480 + 2 * 432],
  ["simple_rnn, both directions", { cell: "simple_rnn", bidirectional: true }, 2 * 152 + 2 * 200],
  ["lstm with layer norm", { layer_norm: true }, 608 + 544 + 2 * (32 + 32 + 16)],
  ["min_gru", { cell: "min_gru" }, 11 * 16 + 9 * 16],
  ["min_lstm", { cell: "min_lstm" }, 11 * 24 + 9 * 24],
  ["attention", { attention: "dot" }, 608 + 544 + 3 * 64 + 17 * 8],
  ["additive attention", { attention: "additive" }, 608 + 544 + 3 * 64 + 8 + 17 * 8],
])("parameters: %s", (_title, changes, expected) => {
  const architecture = architectureOf({ units: 8, layers: 2, ...changes });
  const outputs = changes.bidirectional && changes.merge_mode === undefined ? 16 : 8;
  const sequence = { input_size: 10, output_size: 3, output: "each_step", loss: "mse", scaling: "none" } as const;
  const model = { task: "sequence", architecture, forecast: null, sequence, vocabularySize: null } as const;
  expect(countParameters(model)).toBe(expected + (outputs + 1) * 3);
});

test.each<Changes>([
  { bidirectional: true },
  { attention: "dot" },
  { attention: "additive", attention_window: 2 },
  { dropout: 0.5 },
])("a forecaster's encoder takes %o; its parameters are counted right", (changes) => {
  const forecast = {
    ...plainForecast,
    ...{
      horizon: 4,
      context_length: 24,
      block_length: 4,
      lags: [1],
      season_length: 4,
      head_units: 8,
      quantiles: [0.5],
    },
    ...({ baseline: "none", transform: "none" } as const),
  };
  const geometry = forecastGeometry(forecast, 4);
  const outputsOf = (changes: Changes) => {
    const architecture = architectureOf({ cell: "gru", units: 4, ...changes });
    const network = createForecastNetwork(architecture, geometry, new Random(1));
    const encoder = tf.randomUniform([2, geometry.blocks, geometry.blockLength], -1, 1, "float32", 1) as never;
    const features = tf.zeros([2, geometry.headFeatures]) as never;
    const outputs = [...network.apply({ encoder, features, random: new Random(2) }).dataSync()];
    const built = [...network.parameters.values()].reduce((sum, { size }) => sum + size, 0);
    network.dispose();
    expect(countParameters({ task: "forecast", architecture, forecast, sequence: null, vocabularySize: null })).toBe(
      built,
    );
    return outputs;
  };
  expect(outputsOf(changes)).not.toEqual(outputsOf({}));
});

test("every field of the schema has its test here", () => {
  const tested = new Set<string>([...sequenceOptions.map(([field]) => field), "embedding_size"]);
  expect(Object.keys(Architecture.properties).filter((field) => !tested.has(field))).toEqual([]);
});
