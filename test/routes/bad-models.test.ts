import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { expectRefusals } from "./expect-refusals.ts";

const model = (fields: object) => ({ body: { name: "m", task: "text", ...fields } });
const cell = (architecture: object) => model({ architecture });
const forecaster = (forecast: object, more: object = {}) => model({ task: "forecast", forecast, ...more });
const quantiles = (...levels: number[]) => forecaster({ horizon: 3, quantiles: levels });
const units = "422 validation_failed /architecture/units";

test("networks that cannot be", () =>
  expectRefusals({
    "POST /v1/models": [
      [
        "path characters in a name",
        "422 validation_failed /name",
        model({ name: "../../etc/passwd" }),
        /Letters, digits/,
      ],
      ["name too long", "422 validation_failed /name", model({ name: "n".repeat(65) })],
      ["name of another type", "422 validation_failed /name", model({ name: 5 }), /a text/],
      ["name taken", "409 name_taken", model({ name: "writer" })],
      ["unknown task", "422 validation_failed /task", model({ task: "translate" }), /forecast/],
      ["units 1e9", units, cell({ units: 1e9 }), /1 to 4096/],
      ["units 0", units, cell({ units: 0 })],
      ["units as text", units, cell({ units: "128" })],
      ["half a unit", units, cell({ units: 1.5 })],
      ["beyond the machine", units, cell({ units: 4096, layers: 16 }), /fewer/],
      ["no layers", "422 validation_failed /architecture/layers", cell({ layers: 0 })],
      ["dropout 1", "422 validation_failed /architecture/dropout", cell({ dropout: 1 }), /below 1/],
      ["misspelt field", "422 validation_failed /architecture/unit", cell({ unit: 4 }), 'did you mean "units"'],
      ["unknown cell", "422 validation_failed /architecture/cell", cell({ cell: "ltsm" }), /lstm/],
      ["no reset gate", "422 validation_failed /architecture/reset_after", cell({ reset_after: false }), /gru/],
      ["relu in an lstm", "422 validation_failed /architecture/activation", cell({ activation: "relu" }), /simple_rnn/],
      [
        "no state to drop",
        "422 validation_failed /architecture/recurrent_dropout",
        cell({ cell: "min_gru", recurrent_dropout: 0.1 }),
        /"dropout"/,
      ],
      [
        "no recurrent kernel to initialise",
        "422 validation_failed /architecture/initializer",
        cell({ cell: "min_lstm", initializer: "glorot" }),
      ],
      [
        "text read backwards",
        "422 validation_failed /architecture/bidirectional",
        cell({ bidirectional: true }),
        /"task":"forecast"/,
      ],
      [
        "nothing to merge",
        "422 validation_failed /architecture/merge_mode",
        cell({ merge_mode: "sum" }),
        /"bidirectional":true/,
      ],
      [
        "more characters than the data have",
        "422 validation_failed /text/vocabulary_size",
        model({ text: { vocabulary_size: 500 } }),
        /"vocabulary":"bpe"/,
      ],
      [
        "more bytes than there are",
        "422 validation_failed /text/vocabulary_size",
        model({ text: { vocabulary: "byte", vocabulary_size: 300 } }),
        /"vocabulary":"bpe"/,
      ],
      [
        "fewer tokens than bytes",
        "422 validation_failed /text/vocabulary_size",
        model({ text: { vocabulary: "bpe", vocabulary_size: 256 } }),
        /257/,
      ],
      [
        "unknown vocabulary",
        "422 validation_failed /text/vocabulary",
        model({ text: { vocabulary: "syllable" } }),
        /word/,
      ],
      [
        "numbers cut into words",
        "422 validation_failed /text",
        forecaster({ horizon: 3 }, { text: { vocabulary: "word" } }),
        /"task":"text"/,
      ],
      [
        "a window without attention",
        "422 validation_failed /architecture/attention_window",
        cell({ attention_window: 8 }),
        /"attention":"dot"/,
      ],
      [
        "attention to an endless text",
        "422 validation_failed /architecture/attention_window",
        cell({ attention: "dot" }),
        /"attention_window":64/,
      ],
      ["residual alone", "422 validation_failed /architecture/residual", cell({ residual: true }), /"layers":2/],
      ["unknown attention", "422 validation_failed /architecture/attention", cell({ attention: "cosine" }), /additive/],
      ["unknown initialiser", "422 validation_failed /architecture/initializer", cell({ initializer: "he" }), /glorot/],
    ],
    "PATCH /v1/models/writer": [
      ["nothing", "422 validation_failed ", { body: {} }],
      ["what cannot change", "422 validation_failed /task", { body: { task: "forecast" } }],
    ],
  }));

const sequence = (fields: object, more: object = {}) =>
  model({ task: "sequence", sequence: { input_size: 2, output_size: 3, ...fields }, ...more });

test("sequence models that cannot be", () =>
  expectRefusals({
    "POST /v1/models": [
      ["no settings", "422 validation_failed /sequence", model({ task: "sequence" }), /input_size/],
      ["no inputs", "422 validation_failed /sequence/input_size", sequence({ input_size: 0 })],
      ["unknown loss", "422 validation_failed /sequence/loss", sequence({ loss: "mae" }), /cross_entropy/],
      ["unknown output", "422 validation_failed /sequence/output", sequence({ output: "first_step" }), /last_step/],
      ["unknown scaling", "422 validation_failed /sequence/scaling", sequence({ scaling: "minmax" }), /standard/],
      ["misspelt field", "422 validation_failed /sequence/inputs", sequence({ inputs: 3 }), /input_size/],
      [
        "one class",
        "422 validation_failed /sequence/output_size",
        sequence({ output_size: 1, loss: "cross_entropy" }),
        /mse/,
      ],
      ["a horizon", "422 validation_failed /forecast", sequence({}, { forecast: { horizon: 3 } }), /leave it out/],
      [
        "embedding",
        "422 validation_failed /architecture/embedding_size",
        sequence({}, { architecture: { embedding_size: 4 } }),
      ],
      [
        "sequence settings of a text",
        "422 validation_failed /sequence",
        model({ sequence: { input_size: 1, output_size: 1 } }),
      ],
    ],
  }));

test("forecasters that cannot be", () =>
  expectRefusals({
    "POST /v1/models": [
      ["a text model that forecasts", "422 validation_failed /forecast", model({ forecast: { horizon: 3 } })],
      ["no settings", "422 validation_failed /forecast", model({ task: "forecast" }), /horizon/],
      ["no horizon", "422 validation_failed /forecast/horizon", forecaster({}), /1 to 1024/],
      [
        "embedding",
        "422 validation_failed /architecture/embedding_size",
        forecaster({ horizon: 3 }, { architecture: { embedding_size: 4 } }),
      ],
      ["quantile 1.5", "422 validation_failed /forecast/quantiles/1", quantiles(0.5, 1.5)],
      ["quantiles out of order", "422 validation_failed /forecast/quantiles", quantiles(0.9, 0.1), "[0.1,0.9]"],
      ["one quantile twice", "422 validation_failed /forecast/quantiles", quantiles(0.5, 0.5)],
      [
        "no whole blocks",
        "422 validation_failed /forecast/context_length",
        forecaster({ horizon: 3, context_length: 10, block_length: 3 }),
      ],
    ],
  }));

test("all faults are told at once, twenty at most", async () => {
  const { app } = await buildApp();
  const fields = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, index]));
  const many = await call(app, "POST /v1/models", { name: "m", task: "text", ...fields });
  expect(many.body.errors).toHaveLength(20);
  const architecture = { units: 0, layers: "2", dropout: 2 };
  const { body } = await call(app, "POST /v1/models", { name: "-m", task: "x", architecture });
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    "/architecture/dropout",
    "/architecture/layers",
    "/architecture/units",
    "/name",
    "/task",
  ]);
});
