import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSample, type SampleName, samples } from "../../src/store/samples.ts";
import { temporaryStore } from "./temporary-store.ts";

test("the book is plain text, its chapters in order", async () => {
  const { store, folder } = await temporaryStore();
  const dataset = await store.datasets.create(openSample("moby-dick"));
  expect(dataset).toMatchObject({ name: "moby-dick", warnings: [] });
  expect(dataset.summary).toMatchObject({ characters: 1_190_917, vocabulary_size: 81 });
  const text = await readFile(join(folder, "datasets", `${dataset.id}.txt`), "utf8");
  const chapters = [...text.matchAll(/^CHAPTER (\d+)\. /gm)].map(([, number]) => Number(number));
  expect(chapters).toEqual(Array.from({ length: 135 }, (_, index) => index + 1));
  expect(text.startsWith("CHAPTER 1. Loomings.\n\nCall me Ishmael.")).toBe(true);
  expect(text.trimEnd().endsWith("only found another orphan.")).toBe(true);
  expect(text).not.toMatch(/ {2}| \n|\n{3}|\r|\t/);
});

test.each<[SampleName, object]>([
  ["us-unemployment", { series: 14, points: 14 * 122, missing: 0, frequency: "mo", minimum: 2, maximum: 2440 }],
  ["us-employment", { series: 22, points: 22 * 120, missing: 0, frequency: "mo" }],
  ["city-weather", { series: 8, points: 8 * 1461, missing: 0, frequency: "d" }],
  ["seattle-hours", { series: 3, points: 3 * 8759, missing: 0, frequency: "h" }],
])("%s is read without a warning", async (sample, summary) => {
  const { store } = await temporaryStore();
  const dataset = await store.datasets.create(openSample(sample, "mine"));
  expect(dataset).toMatchObject({ name: "mine", kind: samples[sample].kind, warnings: [], summary });
});
