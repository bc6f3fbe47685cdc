import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Series } from "../../../src/schemas/datasets.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeTemporaryFolder, removeFolder } from "../temporary-folder.ts";
import { upload } from "./uploads.ts";

let store: Store;
let folder: string;
beforeAll(async () => {
  folder = await makeTemporaryFolder();
  store = await openStore({ dataFolder: folder, maxUploadBytes: 1e8 });
});
afterAll(async () => {
  await store.close();
  await removeFolder(folder);
});

async function readBack(id: string): Promise<Series[]> {
  const text = await readFile(join(folder, "datasets", `${id}.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Series);
}

const value = fc.double({ min: -1e300, max: 1e300, noNaN: true }).map((number) => number + 0);
const target = fc
  .tuple(value, fc.array(fc.option(value, { freq: 4 }), { maxLength: 30 }))
  .map(([first, rest]) => [first, ...rest]);
const id = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, "").trim())
  .filter((text) => text !== "");
const seriesSet = fc.uniqueArray(fc.record({ id, target }), {
  selector: (series) => series.id,
  minLength: 1,
  maxLength: 6,
});

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const timed = (start: string, step: (index: number) => string) => (target: unknown[]) => [
  start,
  ...target.slice(1).map((_, index) => step(index + 1)),
];
const days = timed("2024-02-27", (index) => new Date(Date.UTC(2024, 1, 27 + index)).toISOString().slice(0, 10));

test("any set of series comes back as it was sent, as JSON, JSON Lines and CSV, together or not", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(seriesSet, async (series) => {
      run++;
      const expected = series.map((one) => ({ id: one.id, start: "2024-02-27", target: one.target }));
      const json = await store.datasets.create({
        format: "json",
        body: { name: `json-${run}`, kind: "series", frequency: "d", series: expected },
      });
      expect(await readBack(json.id)).toEqual(expected);
      const lines = series.map((one) => JSON.stringify({ ...one, timestamps: days(one.target) })).join("\n");
      const jsonl = await upload(store, lines, {
        format: "jsonl",
        name: `jsonl-${run}`,
        frequency: "d",
        pieceBytes: 50,
      });
      const rows = series.flatMap((one) =>
        days(one.target).map((time, index) => ({
          time,
          index,
          row: `${quoted(one.id)},${time},${one.target[index] ?? ""}`,
        })),
      );
      const together = rows.map(({ row }) => row).join("\n");
      const turns = [...rows]
        .sort((a, b) => a.index - b.index)
        .map(({ row }) => row)
        .join("\n");
      const header = "id,timestamp,target\n";
      const long = await upload(store, header + together, {
        format: "csv",
        name: `long-${run}`,
        frequency: "d",
        pieceBytes: 50,
      });
      const mixed = await upload(store, header + turns, {
        format: "csv",
        name: `mixed-${run}`,
        frequency: "d",
        pieceBytes: 50,
      });
      for (const other of [jsonl, long, mixed]) {
        expect(other).toMatchObject({ sha256: json.sha256, bytes: json.bytes, summary: json.summary, warnings: [] });
      }
      const points = series.flatMap((one) => one.target);
      const numbers = points.filter((point) => point !== null);
      expect(json.summary).toEqual({
        kind: "series",
        series: series.length,
        points: points.length,
        missing: points.length - numbers.length,
        shortest: Math.min(...series.map((one) => one.target.length)),
        longest: Math.max(...series.map((one) => one.target.length)),
        frequency: "d",
        minimum: Math.min(...numbers),
        maximum: Math.max(...numbers),
      });
    }),
    { numRuns: 40 },
  );
});

test("a series that comes back after many rows of others is still one series", async () => {
  const rows = ["early,1"];
  for (let row = 0; row < 60_000; row++) rows.push(`s${row >> 10},${row}`);
  rows.push("early,2");
  const dataset = await upload(store, `id,value\n${rows.join("\n")}\n`, {
    format: "csv",
    name: "late",
    pieceBytes: 65_536,
  });
  expect(dataset.summary).toMatchObject({ series: 60, points: 60_002, minimum: 0, maximum: 59_999 });
  expect((await readBack(dataset.id))[0]).toEqual({ id: "early", target: [1, 2] });
});
