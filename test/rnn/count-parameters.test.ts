import { describe, expect, test } from "vitest";
import { countParameters, vocabularySizeOf } from "../../src/rnn/count-parameters.ts";
import { Parameters } from "../../src/rnn/parameters.ts";
import { Random } from "../../src/rnn/random.ts";
import { createTextNetwork } from "../../src/rnn/text/text-network.ts";
import type { Architecture, ResolvedForecastSettings } from "../../src/schemas/models.ts";
import { architectureOf } from "../architecture.ts";
import { plainForecast } from "../forecast-settings.ts";

const architecture = (changes: Partial<Architecture>) => architectureOf({ units: 128, layers: 2, ...changes });
const countText = (changes: Partial<Architecture>) =>
  countParameters({
    task: "text",
    architecture: architecture(changes),
    forecast: null,
    sequence: null,
    vocabularySize: 65,
  });

// Layers as Keras counts them: gates * (inputs + units + biases) * units, (inputs + 1) * outputs for the head.
describe("text, vocabulary of 65", () => {
  test.each([
    ["lstm", { cell: "lstm" }, 239_297],
    ["gru", { cell: "gru" }, 182_337],
    ["gru with the reset gate before", { cell: "gru", reset_after: false }, 181_569],
    ["simple_rnn", { cell: "simple_rnn" }, 66_113],
    ["one layer", { layers: 1 }, 107_713],
    ["embedding of 32", { embedding_size: 32 }, 224_481],
  ] as const)("%s", (_name, changes, count) => {
    expect(countText(changes)).toBe(count);
  });

  test.each([
    { cell: "lstm", embedding_size: 3 },
    { cell: "gru" },
    { cell: "gru", reset_after: false },
    { cell: "simple_rnn" },
  ] as const)("is the number of a network that is built: %o", (changes) => {
    const small = { ...changes, units: 5 };
    const network = createTextNetwork(architecture(small), 65, new Parameters(new Random(1)));
    const built = [...network.parameters.variables.values()].reduce((sum, { size }) => sum + size, 0);
    network.parameters.dispose();
    expect(built).toBe(countText(small));
  });
});

test("text without a vocabulary yet is not counted", () => {
  const model = {
    task: "text",
    architecture: architecture({}),
    forecast: null,
    sequence: null,
    vocabularySize: null,
  } as const;
  expect(countParameters(model)).toBeNull();
});

test("forecast: encoder over blocks, lags into the head, quantiles of each step", () => {
  const forecast: ResolvedForecastSettings = {
    ...plainForecast,
    horizon: 48,
    context_length: 336,
    block_length: 24,
    lags: [7, 14],
    season_length: 24,
    baseline: "seasonal",
    transform: "log",
    head_units: 512,
    quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  };
  const gru = architecture({ cell: "gru", units: 64, layers: 1 });
  // gru 17,280 + dense (64 + 24 + 2 * 48 -> 512) 94,720 + dense (512 -> 432) 221,616
  const count = countParameters({
    task: "forecast",
    architecture: gru,
    forecast,
    sequence: null,
    vocabularySize: null,
  });
  expect(count).toBe(333_616);
});

test("a sequence model: recurrent layers over its inputs, and one dense layer", () => {
  const sequence = { input_size: 3, output_size: 2, output: "each_step", loss: "mse", scaling: "none" } as const;
  const gru = architecture({ cell: "gru", units: 4, layers: 1, reset_after: true });
  // (3 + 4 + 2) * 12 and (4 + 1) * 2
  const model = { task: "sequence", architecture: gru, forecast: null, sequence, vocabularySize: null } as const;
  expect(countParameters(model)).toBe(118);
});

test.each([{}, { embedding_size: 7 }, { attention: "additive", attention_window: 4 }] as const)(
  "the parameters of a text model tell its vocabulary: %j",
  (changes) => {
    const design = { task: "text", architecture: architecture(changes), forecast: null, sequence: null } as const;
    const count = countParameters({ ...design, vocabularySize: 81 })!;
    expect(vocabularySizeOf({ ...design, vocabularySize: null }, count)).toBe(81);
  },
);
