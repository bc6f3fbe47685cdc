import { readdir } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tf } from "../../src/rnn/backend.ts";
import { readCheckpoint } from "../../src/rnn/checkpoint.ts";
import { train } from "../../src/rnn/train.ts";
import type { TrainingEvent } from "../../src/schemas/training-run.ts";
import { loadTextModel } from "./load-text-model.ts";
import { createWorkspace, rhyme, run, type Workspace } from "./training-fixture.ts";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace.remove());

describe("events", () => {
  test("tell the whole story, in order", async () => {
    // 286 characters: 229 to train on, 4 rows of 57, 11 sequences of 5 each: an epoch is 11 steps.
    const spec = await workspace.spec(rhyme, {
      training: { steps: 22, checkpoint_every: 10, sample_every: 11, sample_length: 9 },
    });
    const { events, of, outcome } = await run(spec);
    expect(events[0]).toEqual({
      type: "job-start",
      attempt: 1,
      step: 0,
      steps: 22,
      steps_per_epoch: 11,
      batch_size: 4,
      learning_rate: 0.01,
      parameter_count: 1611,
      backend: expect.any(String),
      forecast: null,
      vocabulary_size: 19,
    });
    const story = events.map((event) => ("step" in event ? `${event.type} ${event.step}` : event.type));
    expect(story.filter((line) => !/^step-end (?!1$|10|11|20|22)/.test(line))).toEqual([
      "job-start 0",
      "step-end 1",
      "step-end 10",
      "checkpoint 10",
      "sample 11",
      "epoch-end 11",
      "step-end 11",
      "step-end 20",
      "checkpoint 20",
      "sample 22",
      "epoch-end 22",
      "step-end 22",
      "checkpoint 22",
    ]);
    expect(of("epoch-end").map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(of("step-end").at(-1)).toMatchObject({ epoch: 2, learning_rate: 0.01, eta_ms: 0 });
    for (const { loss, gradient_norm: norm, gradient_norms: norms, tokens_per_second: speed } of of("step-end")) {
      expect(loss).toBeGreaterThan(0);
      expect(Object.keys(norms!)).toEqual(["recurrent/0", "recurrent/1", "head"]);
      expect(Math.hypot(...Object.values(norms!)) / norm).toBeCloseTo(1, 5);
      expect(Number.isFinite(speed) && speed > 0).toBe(true);
    }
    for (const { text } of of("sample")) expect([...text!].length).toBe(10); // the data's first character, and nine more
    const last = of("checkpoint").at(-1)!;
    expect(last.metrics.bits_per_character).toBeCloseTo(last.metrics.validation_loss! / Math.LN2, 10);
    expect(outcome).toEqual({ status: "succeeded", step: 22, metrics: last.metrics });
  });

  test("count epochs where steps are not given", async () => {
    const spec = await workspace.spec(rhyme, { training: { steps: null, epochs: 2, checkpoint_every: 1000 } });
    const { of, outcome } = await run(spec);
    expect(outcome.step).toBe(22);
    expect(of("checkpoint").map(({ step }) => step)).toEqual([22]);
  });

  test("name checkpoints that are on disk, and mark the best", async () => {
    const { of, outcome } = await run(await workspace.spec(rhyme, { training: { learning_rate: 0.2, steps: 30 } }));
    let best = Number.POSITIVE_INFINITY;
    for (const event of of("checkpoint")) {
      const { description } = await readCheckpoint(event.file.path);
      expect(description).toMatchObject({ step: event.step, metrics: event.metrics, task: "text" });
      expect(event.file.path).toBe(`${workspace.folder}/${event.id}.safetensors`);
      expect(event.best).toBe(event.metrics.validation_loss! < best);
      best = Math.min(best, event.metrics.validation_loss!);
    }
    expect(outcome).toMatchObject({ metrics: { validation_loss: best } });
  });

  test("judge by the training loss where there is no validation data", async () => {
    const { of } = await run(await workspace.spec(rhyme, { training: { validation_fraction: 0, steps: 20 } }));
    expect(of("checkpoint").map(({ best, metrics }) => [best, Object.keys(metrics)])).toEqual(
      Array.from({ length: 4 }, () => [true, ["train_loss"]]),
    );
    expect(of("epoch-end")[0]).toMatchObject({ validation_loss: null });
  });
});

test.each([
  { cell: "simple_rnn" },
  { cell: "lstm" },
  { cell: "gru" },
  { cell: "gru", reset_after: false },
  { cell: "lstm", embedding_size: 8 },
  { cell: "min_lstm" },
  { cell: "gru", attention: "dot", attention_window: 8 },
  { cell: "gru", layer_norm: true },
] as const)("learns one sentence by heart: %o", async (architecture) => {
  const spec = await workspace.spec("the quick brown fox jumps over the lazy dog. ".repeat(12), {
    architecture: { ...architecture, units: 32, layers: 1 },
    training: {
      steps: 100,
      learning_rate: 0.02,
      validation_fraction: 0,
      sequence_length: 20,
      checkpoint_every: 100,
      sample_every: 100,
      sample_prompt: "the q",
      sample_length: 12,
    },
  });
  const { of } = await run(spec);
  expect(of("step-end").at(-1)!.loss).toBeLessThan(0.1);
  expect(of("sample")[0]!.text).toBe("the quick brown f");
});

test("the same spec gives the same weights, another seed others", async () => {
  const changes = { architecture: { dropout: 0.3 }, training: { steps: 5 } };
  const weights = async (seed: number) => {
    const { of } = await run(await workspace.spec(rhyme, { ...changes, training: { ...changes.training, seed } }));
    return (await readCheckpoint(of("checkpoint")[0]!.file.path)).tensors.get("model/head/kernel")!.data;
  };
  const first = await weights(1);
  expect(await weights(1)).toEqual(first);
  expect(await weights(2)).not.toEqual(first);
});

test("a checkpoint serves: its network has the validation loss that the run reported", async () => {
  const { of } = await run(await workspace.spec(rhyme, { training: { steps: 5, batch_size: 1, sequence_length: 20 } }));
  const [checkpoint] = of("checkpoint");
  const model = loadTextModel(await readCheckpoint(checkpoint!.file.path));
  const { ids } = model.vocabulary.encode(rhyme.slice(229)); // the tail; here all at once, in the run in chunks of 20
  const inputs = tf.tensor2d(ids.slice(0, -1), [1, ids.length - 1], "int32");
  const { logits } = model.network.apply({ ids: inputs, states: model.network.initialStates(1), random: null });
  const logProbabilities = tf.logSoftmax(logits).arraySync() as number[][];
  const losses = [...ids.slice(1)].map((id, index) => -logProbabilities[index]![id]!);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(mean).toBeCloseTo(checkpoint!.metrics.validation_loss!, 5);
  model.dispose();
});

test("keeps no tensors from step to step", async () => {
  const spec = await workspace.spec(rhyme, {
    architecture: { dropout: 0.2 },
    training: { steps: 40, sample_every: 7, sample_length: 5 },
  });
  const before = tf.memory().numTensors;
  const counts = new Set<number>();
  await run(spec, (event) => {
    if (event.type === "checkpoint") counts.add(tf.memory().numTensors);
    return null;
  });
  expect(counts.size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

describe("stopping", () => {
  test("a cancelled run stops within one batch and writes nothing", async () => {
    const spec = await workspace.spec(rhyme, { training: { steps: 100, checkpoint_every: 100 } });
    const before = (await readdir(workspace.folder)).length;
    const { outcome, of } = await run(spec, (event) => (event.type === "step-end" ? "cancel" : null));
    expect(outcome).toEqual({ status: "stopped", step: 1 });
    expect(of("checkpoint")).toEqual([]);
    expect((await readdir(workspace.folder)).length).toBe(before);
  });

  test("a cancel reaches into the writing of a sample", async () => {
    const spec = await workspace.spec(rhyme, { training: { sample_every: 1, sample_length: 4096 } });
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    const before = tf.memory().numTensors;
    const training = train(spec, (event) => events.push(event), controller.signal);
    while (events.length === 0) await nextTurn();
    for (let turn = 0; turn < 20; turn++) await nextTurn(); // each lets a step or a character pass
    controller.abort("cancel");
    expect(await training).toEqual({ status: "stopped", step: 1 });
    expect(events.map(({ type }) => type)).toEqual(["job-start"]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("early stopping ends a run that gains nothing, and says which checkpoint serves", async () => {
    const training = {
      learning_rate: 1e-9,
      steps: 1000,
      checkpoint_every: 2,
      early_stopping: { patience: 3, min_delta: 0.01 },
    };
    const { outcome, of } = await run(await workspace.spec(rhyme, { training }));
    expect(outcome).toMatchObject({ status: "succeeded", step: 8 });
    expect(of("warning")).toEqual([
      { type: "warning", code: "stopped_early", message: expect.stringContaining("step 8") },
    ]);
  });

  test("a loss that is not finite fails the run, says what to try, and keeps the last good checkpoint", async () => {
    const training = { optimizer: "sgd", learning_rate: 1e38, clip_norm: null, checkpoint_every: 1 } as const;
    const spec = await workspace.spec(rhyme, { training });
    const checkpoints: string[] = [];
    const failure = run(spec, (event) => {
      if (event.type === "checkpoint") checkpoints.push(event.file.path);
      return null;
    });
    await expect(failure).rejects.toMatchObject({ code: "training_diverged" });
    await expect(failure).rejects.toThrow(/step \d+, learning rate 1e\+38.*Try a lower learning_rate.*clip_norm/);
    for (const path of checkpoints) {
      for (const { data } of (await readCheckpoint(path)).tensors.values())
        expect(data.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("data that cannot work is refused before anything is allocated", () => {
  test.each([
    ["one character", "a", {}, "dataset_invalid", "two different characters"],
    ["one character, repeated", "aaaaaaaaaaaaaaaaaaaaaaaaa", {}, "dataset_invalid", 'only "a"'],
    ["nothing", "", {}, "dataset_invalid", "an empty text"],
    [
      "too short for the batch",
      "abcdefghij".repeat(4),
      { batch_size: 50 },
      "validation_failed",
      "largest batch_size for sequence_length 5 is 6",
    ],
    [
      "too short for one sequence",
      "abcdef",
      { validation_fraction: 0, sequence_length: 100 },
      "validation_failed",
      "largest sequence_length is 5",
    ],
    ["no validation tail", "abcdefghij".repeat(4), { validation_fraction: 0.01 }, "validation_failed", "at least 0.05"],
    ["an unknown prompt", rhyme, { sample_prompt: "Ünder" }, "prompt_characters_unknown", "Ü"],
  ] as const)("%s", async (_name, text, training, code, message) => {
    const before = tf.memory().numTensors;
    const failure = run(await workspace.spec(text, { training }));
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("the size that is named as the largest works", async () => {
    const training = { batch_size: 6, steps: 1, validation_fraction: 0.2 };
    const { outcome } = await run(await workspace.spec("abcdefghij".repeat(4), { training }));
    expect(outcome.status).toBe("succeeded");
  });
});
