import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckpoint, tensorGroup } from "../../src/rnn/checkpoint.ts";
import { TrainingRequest, type TrainingSettings } from "../../src/schemas/jobs.ts";
import type { Schedule } from "../../src/schemas/schedule.ts";
import { createWorkspace, rhyme, run, type Workspace } from "./training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

/** SHA-256 of the weights after ten steps. */
async function weightsOf(training: Partial<TrainingSettings>): Promise<string> {
  const spec = await workspace.spec(rhyme, { training: { steps: 10, checkpoint_every: 2, ...training } });
  const { of } = await run(spec);
  const { tensors } = await readCheckpoint(of("checkpoint").at(-1)!.file.path);
  const hash = createHash("sha256");
  for (const [, { data }] of tensorGroup(tensors, "model")) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

type Change = Partial<TrainingSettings>;
const schedule = (fields: Partial<Schedule> & Pick<Schedule, "type">): Change => ({
  schedule: { warmup_steps: 0, ...fields },
});
const plateau = (fields: Partial<Schedule>) =>
  schedule({ type: "plateau", factor: 0.5, patience: 1, min_delta: 100, cooldown: 0, ...fields });
const sampling = (fields: Partial<NonNullable<TrainingSettings["scheduled_sampling"]>>): Change => ({
  scheduled_sampling: { schedule: "constant", probability: 1, choice: "sample", ...fields },
});
const sgd = { optimizer: "sgd", learning_rate: 0.1 } as const;
const rmsprop = { optimizer: "rmsprop" } as const;

/** What is changed, the run it is compared with, and the run with it. */
const options: [string, Change, Change][] = [
  ["steps", {}, { steps: 11 }],
  ["epochs", {}, { steps: null, epochs: 1 }],
  ["batch_size", {}, { batch_size: 3 }],
  ["sequence_length", {}, { sequence_length: 6 }],
  ["sequence_stride", {}, { sequence_stride: 2 }],
  ["learning_rate", {}, { learning_rate: 0.011 }],
  ["seed", {}, { seed: 8 }],
  ["validation_fraction", {}, { validation_fraction: 0.3 }],
  ["optimizer sgd", {}, { optimizer: "sgd" }],
  ["optimizer rmsprop", {}, { optimizer: "rmsprop" }],
  ["momentum", sgd, { ...sgd, momentum: 0.9 }],
  ["nesterov", { ...sgd, momentum: 0.9 }, { ...sgd, momentum: 0.9, nesterov: true }],
  ["rho", rmsprop, { ...rmsprop, rho: 0.9 }],
  ["centered", rmsprop, { ...rmsprop, centered: true }],
  ["momentum of rmsprop", rmsprop, { ...rmsprop, momentum: 0.5 }],
  ["beta_1", {}, { beta_1: 0.8 }],
  ["beta_2", {}, { beta_2: 0.9 }],
  ["epsilon", {}, { epsilon: 0.001 }],
  ["weight_decay", { optimizer: "adamw" }, { optimizer: "adamw", weight_decay: 0.1 }],
  ["l2", {}, { l2: 0.01 }],
  ["clip_norm", sgd, { ...sgd, clip_norm: 0.01 }],
  ["clip_value", sgd, { ...sgd, clip_norm: null, clip_value: 0.001 }],
  ["schedule warmup_steps", {}, schedule({ type: "constant", warmup_steps: 3 })],
  ["schedule cosine", {}, schedule({ type: "cosine" })],
  [
    "schedule step or exponential",
    schedule({ type: "step", decay_rate: 0.5, decay_steps: 4 }),
    schedule({ type: "exponential", decay_rate: 0.5, decay_steps: 4 }),
  ],
  [
    "schedule decay_rate",
    schedule({ type: "step", decay_rate: 0.5, decay_steps: 4 }),
    schedule({ type: "step", decay_rate: 0.4, decay_steps: 4 }),
  ],
  [
    "schedule decay_steps",
    schedule({ type: "step", decay_rate: 0.5, decay_steps: 4 }),
    schedule({ type: "step", decay_rate: 0.5, decay_steps: 3 }),
  ],
  ["schedule plateau", {}, plateau({})],
  ["plateau factor", plateau({}), plateau({ factor: 0.4 })],
  ["plateau patience", plateau({}), plateau({ patience: 2 })],
  ["plateau min_delta", plateau({}), plateau({ min_delta: 0 })],
  ["plateau cooldown", plateau({}), plateau({ cooldown: 2 })],
  ["plateau min_learning_rate", plateau({}), plateau({ min_learning_rate: 0.004 })],
  ["scheduled_sampling", {}, sampling({})],
  ["scheduled_sampling schedule", sampling({}), sampling({ schedule: "linear" })],
  ["scheduled_sampling probability", sampling({}), sampling({ probability: 0.5 })],
  ["scheduled_sampling choice", sampling({}), sampling({ choice: "argmax" })],
  ["early_stopping", { learning_rate: 1e-9 }, { learning_rate: 1e-9, early_stopping: { patience: 1, min_delta: 1 } }],
];

test.each(options)("%s changes the weights", async (_name, before, after) => {
  expect(await weightsOf(after)).not.toBe(await weightsOf(before));
});

test("no option of the schema is left out", () => {
  const elsewhere = {
    checkpoint_every: "train.test.ts",
    sample_every: "train.test.ts",
    sample_prompt: "train.test.ts",
    sample_length: "train.test.ts",
    init_from: "continual.test.ts",
    replay: "continual.test.ts",
    elastic_penalty: "continual.test.ts",
    precision: "layers/bf16-recurrent-layer.test.ts",
  };
  const named = options.flatMap(([name]) => name.split(" ")[0]!);
  const all = Object.keys(TrainingRequest.properties);
  expect(all.filter((name) => !named.includes(name) && !(name in elsewhere))).toEqual([]);
});
