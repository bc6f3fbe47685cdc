import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { type CheckpointContents, readCheckpoint, tensorGroup, writeCheckpoint } from "../../src/rnn/checkpoint.ts";
import { Random } from "../../src/rnn/random.ts";
import { encodeHeader, headerStart, maximumHeaderBytes, parseHeader } from "../../src/rnn/safetensors.ts";
import type { Architecture } from "../../src/schemas/models.ts";
import { architectureOf } from "../architecture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "unroll-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

const contents: CheckpointContents = {
  description: {
    task: "text",
    architecture: architectureOf({ units: 2 }),
    forecast: null,
    sequence: null,
    training: {
      epochs: null,
      steps: 10,
      batch_size: 2,
      learning_rate: 0.002,
      optimizer: "adam",
      weight_decay: 0,
      schedule: { type: "constant", warmup_steps: 0 },
      clip_norm: 5,
      early_stopping: null,
      checkpoint_every: 5,
      sample_every: null,
      seed: 1,
    },
    datasetSha256: "d".repeat(64),
    step: 5,
    metrics: { validation_loss: 1.25 },
    taskDescription: { vocabulary: ["\n", "é", "🙂"] },
    resume: { cursor: 3 },
  },
  tensors: new Map([
    ["model/head/bias", { shape: [3], data: new Float32Array([1.5, -2, 3e-20]) }],
    ["model/head/kernel", { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) }],
    ["optimizer/empty", { shape: [0, 4], data: new Float32Array(0) }],
    ["state/tokens", { shape: [2, 1], data: new Int32Array([-1, 2 ** 31 - 1]) }],
  ]),
};

test("gives back what was written, and says how many bytes and which digest", async () => {
  const file = path.join(folder, "a.safetensors");
  const written = await writeCheckpoint(file, contents);
  const bytes = await readFile(file);
  expect(written).toEqual({ bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
  const read = await readCheckpoint(file);
  expect(read.description).toEqual(contents.description);
  expect([...read.tensors]).toEqual([...contents.tensors]);
  expect([...tensorGroup(read.tensors, "model").keys()]).toEqual(["head/bias", "head/kernel"]);
  expect(await readdir(folder)).toEqual(["a.safetensors"]); // no temporary file left
});

test("what an older file does not name of its architecture is as it was then", async () => {
  const file = path.join(folder, "older.safetensors");
  const older = {
    cell: "gru",
    units: 2,
    layers: 1,
    dropout: 0,
    embedding_size: null,
    reset_after: false,
  } as Architecture;
  await writeCheckpoint(file, { ...contents, description: { ...contents.description, architecture: older } });
  expect((await readCheckpoint(file)).description.architecture).toEqual(
    architectureOf({ cell: "gru", units: 2, reset_after: false }),
  );
});

test("is laid out as safetensors says: length, JSON, data", async () => {
  const file = path.join(folder, "layout.safetensors");
  await writeCheckpoint(file, contents);
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  expect(header["model/head/kernel"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [12, 36] });
  expect(bytes.readFloatLE(8 + length + 12 + 4)).toBe(2);
});

test("a file changed anywhere is refused, never misread", async () => {
  const file = path.join(folder, "fuzz.safetensors");
  await writeCheckpoint(file, contents);
  const good = await readFile(file);
  const random = new Random(3);
  const mutate = (bytes: Buffer): Buffer => {
    const place = random.integer(bytes.length);
    const kind = random.integer(5);
    if (kind === 0) return bytes.subarray(0, place);
    if (kind === 1) return Buffer.concat([bytes, Buffer.alloc(1 + random.integer(16))]);
    if (kind === 2) return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]);
    const changed = Buffer.from(bytes);
    // Half of the changes hit the length and the header, where they could do harm.
    const at = kind === 3 ? random.integer(headerStart + 40) : place;
    changed[at] = changed[at]! ^ (1 << random.integer(8));
    return changed;
  };
  for (let round = 0; round < 500; round++) {
    const mutated = mutate(good);
    if (mutated.equals(good)) continue;
    await writeFile(file, mutated);
    const error = await readCheckpoint(file).catch((reason: unknown) => reason);
    expect(error, `round ${round}`).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("checkpoint_corrupt");
  }
});

test.each([
  ["a shape that is not its range", { a: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }, "has 12 bytes"],
  ["a product beyond all numbers", { a: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 8] } }, "shape"],
  ["a negative size", { a: { dtype: "F32", shape: [-2], data_offsets: [0, 8] } }, "shape"],
  ["a range outside", { a: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, "cover 16 bytes of 8"],
  ["a gap", { a: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, "begins at 4"],
  [
    "an overlap",
    {
      a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
      b: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
    },
    "begins at 4",
  ],
  ["another element type", { a: { dtype: "F16", shape: [4], data_offsets: [0, 8] } }, "F16"],
  ["metadata that is no map of strings", { __metadata__: { step: 3 } }, "map of strings"],
])("a header with %s is refused", (_name, header, message) => {
  expect(() => parseHeader(Buffer.from(JSON.stringify(header)), 8)).toThrow(message);
});

test("a length prefix beyond the file, or beyond 16 MiB, is refused before it is believed", async () => {
  const file = path.join(folder, "length.safetensors");
  for (const length of [2n ** 63n, BigInt(maximumHeaderBytes) + 1n, 9n]) {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(length);
    await writeFile(file, bytes);
    await expect(readCheckpoint(file)).rejects.toMatchObject({ code: "checkpoint_corrupt" });
  }
});

test("a safetensors file of other origin is refused with what was expected", async () => {
  const file = path.join(folder, "other.safetensors");
  await writeFile(file, encodeHeader({}, new Map()));
  await expect(readCheckpoint(file)).rejects.toMatchObject({ code: "checkpoint_corrupt" });
});

test("a folder that is not there is an error, and leaves no file", async () => {
  await expect(writeCheckpoint(path.join(folder, "none", "a.safetensors"), contents)).rejects.toThrow("ENOENT");
});
