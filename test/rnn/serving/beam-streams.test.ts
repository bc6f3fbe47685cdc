import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeCheckpoint } from "../../../src/rnn/checkpoint.ts";
import { loadModel } from "../../../src/rnn/serving/load-model.ts";
import { LoadedModels } from "../../../src/rnn/serving/loaded-models.ts";
import { type EndedText, TextStreams } from "../../../src/rnn/serving/text-streams.ts";
import { TextTurns } from "../../../src/rnn/serving/text-turns.ts";
import type { SamplingParameters, TextDelta } from "../../../src/schemas/generation.ts";
import { plainSampling } from "../../plain-sampling.ts";
import { randomTextCheckpoint } from "./random-text-checkpoint.ts";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unroll-beams-"));
  file = path.join(folder, "model.safetensors");
  await writeCheckpoint(file, randomTextCheckpoint({ units: 24, layers: 2 }, [..."\nabcdefgé😀"]));
});
afterAll(() => rm(folder, { recursive: true }));

interface Told {
  deltas: TextDelta[];
  end: EndedText;
}

/** Texts written side by side by one thread. */
function createWriter() {
  const models = new LoadedModels((from) => loadModel(from), { count: 8, bytes: 2 ** 20 });
  const readers = new Map<number, { deltas: TextDelta[]; resolve(told: Told): void; reject(error: unknown): void }>();
  const streams = new TextStreams(
    { models, turns: new TextTurns() },
    {
      started: () => undefined,
      delta: (request, delta) => void readers.get(request)!.deltas.push(delta),
      ended: (request, end) => readers.get(request)!.resolve({ deltas: readers.get(request)!.deltas, end }),
      failed: (request, error) => readers.get(request)!.reject(error),
    },
  );
  const write = (parameters: Partial<SamplingParameters>): { request: number; told: Promise<Told> } => {
    const request = readers.size + 1;
    const told = new Promise<Told>((resolve, reject) => readers.set(request, { deltas: [], resolve, reject }));
    void streams.open(request, file, { parameters: { ...plainSampling, ...parameters }, session: null });
    return { request, told };
  };
  return { streams, write };
}

const search = { prompt: "cab", max_tokens: 60, beams: 5, alternatives: 2, stop: ["😀g"] };
const drawing = { prompt: "bad", max_tokens: 400, seed: 4 };
const textOf = ({ deltas }: Told) => deltas.map(({ text }) => text).join("");

test("a search changes nothing that others write, nor they what it finds", async () => {
  const { write, streams } = createWriter();
  const [alone, drawnAlone] = [await write(search).told, await write(drawing).told];
  const together = [write(search), write(drawing), write({ ...search, beams: 3 }), write(search), write(drawing)];
  const told = await Promise.all(together.map((each) => each.told));
  expect(alone.deltas).toEqual([{ text: textOf(alone), index: 0 }]);
  expect(alone.end.search!.alternatives).toHaveLength(2);
  for (const place of [0, 3]) {
    expect(told[place]!.deltas).toEqual(alone.deltas);
    expect(told[place]!.end.search).toEqual(alone.end.search);
  }
  for (const place of [1, 4]) expect(textOf(told[place]!)).toBe(textOf(drawnAlone));
  expect(streams.size).toBe(0);
});

test("a search that is cancelled, held or not, tells the best so far", async () => {
  const { write, streams } = createWriter();
  await write({ max_tokens: 1 }).told; // the model is loaded
  const endless = { ...search, max_tokens: 100_000, stop: [] };
  const [going, held] = [write(endless), write(endless)];
  streams.hold(held.request);
  await write({ ...drawing, max_tokens: 3000 }).told;
  for (const { request } of [going, held]) streams.cancel(request);
  const [told, none] = [await going.told, await held.told];
  expect(told.end).toMatchObject({ finishReason: "cancelled", search: { alternatives: [] } });
  expect([...textOf(told)]).toHaveLength(told.end.completionTokens);
  expect(told.end.completionTokens).toBeGreaterThan(0);
  expect(none).toMatchObject({ deltas: [], end: { finishReason: "cancelled", completionTokens: 0, promptTokens: 3 } });
  expect(streams.size).toBe(0);
});

test("a search that was held goes on when it is released, and finds the same", async () => {
  const { write, streams } = createWriter();
  const alone = await write(search).told;
  const held = write(search);
  streams.hold(held.request);
  await write(drawing).told;
  expect(streams.size).toBe(1);
  streams.release(held.request);
  expect((await held.told).deltas).toEqual(alone.deltas);
});

test("what cannot be searched fails by itself", async () => {
  const { write, streams } = createWriter();
  await expect(write({ ...search, prompt: "x" }).told).rejects.toMatchObject({ code: "prompt_characters_unknown" });
  await expect(write({ ...search, stop: ["\ud83d"] }).told).rejects.toMatchObject({ code: "validation_failed" });
  expect(streams.size).toBe(0);
});
