import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { resolveTraining } from "../../src/jobs/resolve-training.ts";
import type { TrainingBody, TrainingRequest } from "../../src/schemas/jobs.ts";
import { textModel } from "./job-room.ts";

const { architecture } = textModel;
const text = (training: TrainingRequest) =>
  resolveTraining({
    training,
    model: { architecture, task: "text", forecast: null, sequence: null },
    dataset: { summary: { kind: "text", characters: 1_000_000, lines: 1, vocabulary_size: 60, rarest: [] } },
  });

function faults(training: TrainingRequest) {
  try {
    text(training);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "validation_failed")) throw error;
    for (const { message } of error.errors) expect(message.length).toBeGreaterThan(20);
    return error.errors.map(({ pointer, code }) => `${pointer.replace("/training/", "")} ${code}`);
  }
  return [];
}

test.each([
  ["sgd", { momentum: 0, nesterov: false }],
  ["rmsprop", { rho: 0.99, momentum: 0, centered: false, epsilon: 1e-8 }],
  ["adamw", { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 }],
] as const)("%s shows all its numbers", (optimizer, numbers) => {
  expect(text({ optimizer })).toMatchObject(numbers);
  const names = ["momentum", "nesterov", "rho", "centered", "beta_1", "beta_2", "epsilon"];
  expect(Object.keys(text({ optimizer })).filter((name) => names.includes(name))).toEqual(Object.keys(numbers));
});

test("what is asked for is kept", () => {
  const asked = { optimizer: "sgd", momentum: 0.8, nesterov: true, clip_value: 0.5, l2: 0.01 } as const;
  expect(text(asked)).toMatchObject({ ...asked, clip_norm: null });
  const schedule = { type: "plateau", factor: 0.1, patience: 5 } as TrainingRequest["schedule"] & object;
  expect(text({ schedule }).schedule).toEqual({
    ...{ type: "plateau", factor: 0.1, patience: 5, min_delta: 0, cooldown: 0, min_learning_rate: 0, warmup_steps: 0 },
  });
});

test("auto: a batch size by the data, a learning rate that the run measures", () => {
  const ask = (characters: number, training: TrainingBody) =>
    resolveTraining({
      training,
      model: { architecture, task: "text", forecast: null, sequence: null },
      dataset: { summary: { kind: "text", characters, lines: 1, vocabulary_size: 60, rarest: [] } },
    });
  expect(ask(1_000_000, { batch_size: "auto" })).toMatchObject({ batch_size: 128, auto: ["batch_size"] });
  expect(ask(100_000, { batch_size: "auto" }).batch_size).toBe(32);
  expect(ask(1000, { batch_size: "auto" }).batch_size).toBe(8);
  expect(ask(300, { batch_size: "auto", sequence_length: 100 }).batch_size).toBe(2);
  expect(ask(1_000_000, { learning_rate: "auto" })).toMatchObject({ learning_rate: 0.002, auto: ["learning_rate"] });
  expect(ask(1_000_000, {})).not.toHaveProperty("auto");
});

describe("what means nothing is refused, field by field", () => {
  const plateau = { type: "plateau", warmup_steps: 0 } as const;
  test.each([
    [{ optimizer: "sgd", nesterov: true }, ["nesterov conflict"]],
    [{ optimizer: "adam", momentum: 0.9, rho: 0.9 }, ["momentum not_applicable", "rho not_applicable"]],
    [{ optimizer: "sgd", beta_1: 0.9, epsilon: 1e-8 }, ["beta_1 not_applicable", "epsilon not_applicable"]],
    [{ optimizer: "rmsprop", nesterov: true, beta_2: 0.9 }, ["nesterov not_applicable", "beta_2 not_applicable"]],
    [{ optimizer: "adam", weight_decay: 0.1 }, ["weight_decay not_applicable"]],
    [{ sequence_length: 20, sequence_stride: 21 }, ["sequence_stride out_of_range"]],
    [
      { sequence_length: 1, scheduled_sampling: { schedule: "linear", probability: 0.5, choice: "sample" } },
      ["scheduled_sampling conflict"],
    ],
    [{ replay: { share: 0.5 } }, ["replay conflict"]],
    [{ elastic_penalty: { strength: 1, samples: 5 } }, ["elastic_penalty conflict"]],
    [{ clip_norm: 1, clip_value: 1 }, ["clip_norm conflict", "clip_value conflict"]],
    [{ schedule: { ...plateau, decay_rate: 0.5 } }, ["schedule/decay_rate not_applicable"]],
    [
      { schedule: { type: "constant", warmup_steps: 0, decay_steps: 5, factor: 0.5, cooldown: 1 } },
      ["schedule/decay_steps not_applicable", "schedule/factor not_applicable", "schedule/cooldown not_applicable"],
    ],
    [
      { learning_rate: 0.01, schedule: { ...plateau, min_learning_rate: 0.02 } },
      ["schedule/min_learning_rate out_of_range"],
    ],
    [
      { schedule: { ...plateau, patience: 3 }, early_stopping: { patience: 3, min_delta: 0 } },
      ["schedule/patience conflict"],
    ],
  ] satisfies [TrainingRequest, string[]][])("%j", (training, expected) => {
    expect(faults(training)).toEqual(expected);
  });
});
