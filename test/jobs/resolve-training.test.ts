import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { resolveTraining } from "../../src/jobs/resolve-training.ts";
import type { SequenceSummary } from "../../src/schemas/datasets.ts";
import type { TrainingRequest } from "../../src/schemas/jobs.ts";
import type { ForecastSettings, SequenceSettings } from "../../src/schemas/models.ts";
import { plainForecast } from "../forecast-settings.ts";
import { textModel } from "./job-room.ts";

const { architecture } = textModel;
const text = (training: TrainingRequest, characters = 1_000_000, vocabulary_size = 60) =>
  resolveTraining({
    training,
    model: { architecture, task: "text", forecast: null, sequence: null },
    dataset: { summary: { kind: "text", characters, lines: 1, vocabulary_size, rarest: [] } },
  });

const settings: ForecastSettings = {
  ...plainForecast,
  ...{ horizon: 48, context_length: "auto", block_length: "auto", lags: "auto", season_length: "auto" },
  ...{ baseline: "auto", transform: "auto", head_units: 512, quantiles: [0.1, 0.5, 0.9] },
};
const series = { series: 3, points: 3000, missing: 0, shortest: 1000, frequency: "h", minimum: 1, maximum: 9 };
const forecast = (training: TrainingRequest, longest = 1000) =>
  resolveTraining({
    training,
    model: { architecture, task: "forecast", forecast: settings, sequence: null },
    dataset: { summary: { kind: "series", ...series, longest } },
  });

const values: SequenceSettings = {
  ...{ input_size: 3, output_size: 2, output: "each_step", loss: "mse", scaling: "none" },
};
const table: SequenceSummary = {
  ...{ kind: "sequence", sequences: 50, steps: 500, shortest: 5, median_length: 10, longest: 20 },
  ...{ input_size: 3, target_size: 2, target: "each_step", classes: null },
};
const sequence = (
  training: TrainingRequest,
  model: Partial<SequenceSettings> = {},
  data: Partial<SequenceSummary> = {},
) =>
  resolveTraining({
    training,
    model: { architecture, task: "sequence", forecast: null, sequence: { ...values, ...model } },
    dataset: { summary: { ...table, ...data } },
  });
const classes = { loss: "cross_entropy", output_size: 4 } as const;

function faults(resolve: () => unknown) {
  try {
    resolve();
  } catch (error) {
    if (error instanceof AppError && error.code === "validation_failed") {
      return error.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    }
    throw error;
  }
  return [];
}

describe("what is not said is chosen, and shown", () => {
  test("text", () => {
    expect(text({ seed: 1 })).toEqual({
      ...{ epochs: 10, steps: null, batch_size: 50, sequence_length: 50, learning_rate: 0.002, optimizer: "adam" },
      ...{ weight_decay: 0, schedule: { type: "constant", warmup_steps: 0 }, clip_norm: 5, validation_fraction: 0.1 },
      ...{
        early_stopping: null,
        checkpoint_every: 500,
        sample_every: 500,
        sample_length: 200,
        seed: 1,
        precision: "fp32",
      },
      ...{ beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 },
    });
  });

  test("forecast", () => {
    expect(forecast({ seed: 1 })).toEqual({
      ...{ epochs: null, steps: 402, batch_size: 256, learning_rate: 0.006, optimizer: "adamw", weight_decay: 0 },
      ...{ schedule: { type: "cosine", warmup_steps: 40 }, clip_norm: 1, early_stopping: null },
      ...{
        checkpoint_every: 67,
        sample_every: 67,
        seed: 1,
        precision: "fp32",
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
      },
    });
    // Forty passes over 2,568 windows; a large set ends at 1,500 steps, a tiny one takes 300 all the same.
    expect(forecast({ steps: 100 })).toMatchObject({ steps: 100, checkpoint_every: 17 });
    expect(forecast({ batch_size: 32 })).toMatchObject({ steps: 1500, checkpoint_every: 250 });
    expect(forecast({ batch_size: 4096 })).toMatchObject({ steps: 300, checkpoint_every: 50 });
    expect(forecast({ epochs: 3 })).toMatchObject({ epochs: 3, steps: null, schedule: { warmup_steps: 0 } });
    expect(forecast({ steps: 200 })).toMatchObject({ steps: 200, schedule: { warmup_steps: 20 } });
  });

  test("a seed, another one each time, and within the seeds a caller may send", () => {
    const seeds = new Set(Array.from({ length: 20 }, () => text({}).seed));
    expect(seeds.size).toBe(20);
    for (const seed of seeds) expect(seed).toBeLessThanOrEqual(4294967295);
  });

  test("sequences get a batch that they fill, and a tenth of them for validation where there are ten", () => {
    expect(sequence({})).toMatchObject({ epochs: 20, steps: null, batch_size: 32, validation_fraction: 0.1 });
    expect(sequence({}, {}, { sequences: 9 })).toMatchObject({ batch_size: 9, validation_fraction: 0 });
    expect(sequence({}, classes, { target_size: 1, classes: 4 })).toMatchObject({ optimizer: "adam", clip_norm: 1 });
    const oneStep = { longest: 1, target: "each_step" } as const;
    expect(sequence({}, { output: "last_step" }, oneStep)).toMatchObject({ batch_size: 32 });
  });

  test("what is said is kept, null too", () => {
    const said = { steps: 7, clip_norm: null, sample_every: null, early_stopping: { patience: 3, min_delta: 0.1 } };
    expect(text(said)).toMatchObject({ ...said, epochs: null });
    expect(text(said)).not.toHaveProperty("sample_length");
  });

  test.each([
    [1000, { batch_size: 17, sequence_length: 50, validation_fraction: 0.1 }],
    [100, { batch_size: 2, sequence_length: 49, validation_fraction: 0 }],
    [10, { batch_size: 2, sequence_length: 4, validation_fraction: 0 }],
    [2, { batch_size: 1, sequence_length: 1, validation_fraction: 0 }],
  ])("a text of %i characters gets sizes that it can fill", (characters, sizes) => {
    expect(text({}, characters, 2)).toMatchObject(sizes);
  });

  test("effective settings may be sent again", () => {
    const { epochs, steps, ...effective } = text({ steps: 5 });
    expect(text({ ...effective, steps: steps! })).toEqual({ ...effective, epochs, steps });
  });
});

describe("what means nothing is refused, all at once", () => {
  test.each<[string, () => unknown, string[]]>([
    [
      "epochs and steps",
      () => text({ epochs: 1, steps: 1 }),
      ["/training/epochs conflict", "/training/steps conflict"],
    ],
    ["weight decay without adamw", () => text({ weight_decay: 0.1 }), ["/training/weight_decay not_applicable"]],
    [
      "decay of a constant rate",
      () => text({ schedule: { type: "constant", warmup_steps: 0, decay_rate: 0.5, decay_steps: 3 } }),
      ["/training/schedule/decay_rate not_applicable", "/training/schedule/decay_steps not_applicable"],
    ],
    [
      "a step schedule without its steps",
      () => text({ schedule: { type: "step", warmup_steps: 0 } }),
      ["/training/schedule/decay_rate required", "/training/schedule/decay_steps required"],
    ],
    [
      "a warm-up as long as the run",
      () => text({ steps: 10, schedule: { type: "cosine", warmup_steps: 10 } }),
      ["/training/schedule/warmup_steps out_of_range"],
    ],
    [
      "text fields of a forecast",
      () => forecast({ sequence_length: 5, validation_fraction: 0.1, sample_prompt: "a", sample_length: 5 }),
      ["sequence_length", "validation_fraction", "sample_prompt", "sample_length"].map(
        (field) => `/training/${field} not_applicable`,
      ),
    ],
    [
      "text fields of a sequence",
      () => sequence({ sequence_length: 5, sample_prompt: "a", sample_length: 5 }),
      ["sequence_length", "sample_prompt", "sample_length"].map((field) => `/training/${field} not_applicable`),
    ],
    ["other inputs", () => sequence({}, { input_size: 4 }), ["/dataset out_of_range"]],
    ["other targets", () => sequence({}, { output_size: 3 }), ["/dataset out_of_range"]],
    ["targets of each step for the last", () => sequence({}, { output: "last_step" }), ["/dataset out_of_range"]],
    ["values for classes", () => sequence({}, classes), ["/dataset out_of_range"]],
    [
      "more classes than outputs",
      () => sequence({}, classes, { target_size: 1, classes: 5 }),
      ["/dataset out_of_range"],
    ],
    ["more rows than sequences", () => sequence({ batch_size: 46 }), ["/training/batch_size out_of_range"]],
    [
      "less than one sequence kept",
      () => sequence({ validation_fraction: 0.01 }),
      ["/training/validation_fraction out_of_range"],
    ],
    [
      "early stopping without validation",
      () => sequence({ validation_fraction: 0, early_stopping: { patience: 1, min_delta: 0 } }),
      ["/training/early_stopping conflict"],
    ],
    [
      "a prompt of samples that are not made",
      () => text({ sample_every: null, sample_prompt: "a", sample_length: 3 }),
      ["/training/sample_prompt conflict", "/training/sample_length conflict"],
    ],
    ["an empty prompt", () => text({ sample_prompt: "" }), ["/training/sample_prompt out_of_range"]],
    [
      "early stopping without validation",
      () => text({ validation_fraction: 0, early_stopping: { patience: 2, min_delta: 0 } }),
      ["/training/early_stopping conflict"],
    ],
    ["a text of one character", () => text({}, 1, 1), ["/dataset out_of_range"]],
    ["a text of one character, repeated", () => text({}, 1000, 1), ["/dataset out_of_range"]],
    ["more rows than the text has", () => text({ batch_size: 100 }, 1000), ["/training/batch_size out_of_range"]],
    [
      "a validation tail of one character",
      () => text({ validation_fraction: 0.01 }, 150),
      ["/training/validation_fraction out_of_range"],
    ],
    [
      "sequences longer than the text",
      () => text({ sequence_length: 2000 }, 1000),
      ["/training/sequence_length out_of_range"],
    ],
    ["series shorter than two horizons", () => forecast({}, 95), ["/dataset out_of_range"]],
    [
      "early stopping without a hold-out",
      () => forecast({ early_stopping: { patience: 2, min_delta: 0 } }, 100),
      ["/training/early_stopping conflict"],
    ],
    [
      "several at once",
      () => text({ epochs: 1, steps: 1, weight_decay: 1, sample_prompt: "" }),
      [
        ...["/training/epochs conflict", "/training/steps conflict", "/training/weight_decay not_applicable"],
        "/training/sample_prompt out_of_range",
      ],
    ],
  ])("%s", (_, resolve, expected) => {
    expect(faults(resolve)).toEqual(expected);
  });

  test("says the rule, then what came, and the bounds", () => {
    try {
      text({ batch_size: 100 }, 1000);
      expect.unreachable();
    } catch (error) {
      expect((error as AppError).errors).toEqual([
        {
          pointer: "/training/batch_size",
          code: "out_of_range",
          message: "expected batch_size x sequence_length below the 900 characters trained on, got 100 x 50",
          value: 100,
          allowed: { maximum: 17 },
        },
      ]);
    }
  });
});
