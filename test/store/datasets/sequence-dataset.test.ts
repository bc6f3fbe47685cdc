import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorDetail } from "../../../src/errors.ts";
import type { Dataset, Sequence } from "../../../src/schemas/datasets.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { openSample } from "../../../src/store/samples.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeTemporaryFolder, removeFolder } from "../temporary-folder.ts";
import { inPieces } from "./uploads.ts";

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

let count = 0;
const sent = (sequences: Sequence[]) =>
  store.datasets.create({ format: "json", body: { name: `json-${count++}`, kind: "sequence", sequences } });
const file = (format: "csv" | "jsonl", content: string) =>
  store.datasets.create({ format, upload: { name: `file-${count++}`, kind: "sequence" }, bytes: inPieces(content) });
const stored = async ({ id }: Dataset) =>
  (await readFile(join(folder, "datasets", `${id}.jsonl`), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Sequence);

const classes: Sequence[] = [
  {
    inputs: [
      [0.5, 1],
      [2, -3],
      [0, 0],
    ],
    targets: [[0], [2], [1]],
  },
  { inputs: [[1, 1]], targets: [[2]] },
];

test("sequences come by JSON, JSON Lines and CSV, and are stored alike", async () => {
  const summary = {
    ...{ kind: "sequence", sequences: 2, steps: 4, shortest: 1, median_length: 2, longest: 3 },
    ...{ input_size: 2, target_size: 1, target: "each_step", classes: 3 },
  };
  const csv = "sequence,step,x1,x2,y\na,0,0.5,1,0\na,1,2,-3,2\na,2,0,0,1\nb,7,1,1,2\n";
  const lines = `${classes.map((one) => JSON.stringify(one)).join("\n\n")}\n`;
  const datasets = [await sent(classes), await file("jsonl", lines), await file("csv", csv)];
  for (const dataset of datasets) {
    expect(dataset).toMatchObject({ kind: "sequence", summary, warnings: [] });
    expect(dataset.sha256).toBe(datasets[0]!.sha256);
    expect(await stored(dataset)).toEqual(classes);
  }
});

test("a target in the last row alone belongs to the whole sequence", async () => {
  const dataset = await file("csv", "id;x;target_low;target_high;note\na;1;;;u\na;2;0.5;7;v\nb;3;1;8;w\n");
  expect(dataset.summary).toMatchObject({ target: "last_step", target_size: 2, classes: null, longest: 2 });
  expect(dataset.warnings).toEqual(["columns that were not read: note"]);
  expect(await stored(dataset)).toEqual([
    { inputs: [[1], [2]], targets: [[0.5, 7]] },
    { inputs: [[3]], targets: [[1, 8]] },
  ]);
});

test("numbers that are no classes are quantities", async () => {
  const summaryOf = async (...targets: number[][]) =>
    (await sent([{ inputs: targets.map(() => [1]), targets }])).summary;
  expect(await summaryOf([0], [1.5])).toMatchObject({ classes: null });
  expect(await summaryOf([0], [-1])).toMatchObject({ classes: null });
  expect(await summaryOf([0], [70_000])).toMatchObject({ classes: null });
  expect(await summaryOf([0, 1], [1, 0])).toMatchObject({ classes: null, target_size: 2 });
});

test("a preview shows the first steps of the first sequences", async () => {
  const long = { inputs: Array.from({ length: 30 }, (_, step) => [step]), targets: [[1]] };
  const { id } = await sent(Array.from({ length: 7 }, () => long));
  const preview = await store.datasets.preview(id);
  expect(preview).toMatchObject({ kind: "sequence", truncated: true });
  if (preview.kind !== "sequence") throw new Error("expected a preview of sequences");
  expect(preview.sequences).toHaveLength(5);
  expect(preview.sequences[0]).toEqual({ inputs: long.inputs.slice(0, 20), targets: [[1]] });
  expect(await store.datasets.preview((await sent(classes)).id)).toMatchObject({
    truncated: false,
    sequences: classes,
  });
});

test.each([
  ["reversed-digits", { input_size: 8, classes: 8, target: "each_step", shortest: 4, longest: 10 }],
  ["bit-parity", { input_size: 1, classes: 2, target: "each_step", longest: 16 }],
  ["adding-problem", { input_size: 2, classes: null, target: "last_step", longest: 40 }],
] as const)("the sample %s is what it says", async (name, summary) => {
  const dataset = await store.datasets.create(openSample(name));
  expect(dataset).toMatchObject({ warnings: [], summary: { sequences: 2000, ...summary } });
  for (const { inputs, targets } of (await stored(dataset)).slice(0, 50)) {
    if (name === "reversed-digits") {
      expect(targets.map(([digit]) => digit)).toEqual(inputs.map((row) => row.indexOf(1)).reverse());
    } else if (name === "bit-parity") {
      const bits = inputs.map(([bit]) => bit!);
      expect(targets).toEqual(bits.map((_, at) => [bits.slice(0, at + 1).filter(Boolean).length % 2]));
    } else {
      const marked = inputs.filter(([, mark]) => mark === 1).map(([value]) => value!);
      expect(marked).toHaveLength(2);
      expect(targets).toEqual([[marked[0]! + marked[1]!]]);
    }
  }
});

type Fault = Partial<ErrorDetail>;
const refused = async (creating: Promise<unknown>, ...faults: Fault[]) => {
  const error = (await creating.catch((thrown: unknown) => thrown)) as { code: string; errors: ErrorDetail[] };
  expect(error).toMatchObject({ code: "dataset_invalid" });
  expect(error.errors).toHaveLength(faults.length);
  expect(error.errors).toMatchObject(faults);
};

describe("what cannot be used is refused, with the place, the value and what to do", () => {
  const csv = "sequence,step,x1,y\n";
  test.each<[what: string, content: string, ...faults: Fault[]]>([
    [
      "an empty input",
      `${csv}a,0,,1\na,1,abc,1\n`,
      {
        pointer: "/file/row/2/x1",
        value: "",
        hint: "a sequence has no missing values: fill them in, or cut it in two",
      },
      { pointer: "/file/row/3/x1", message: 'row 3, column x1 (sequence a): expected a number, got "abc"' },
    ],
    ["an infinite one", `${csv}a,0,1e999,1\n`, { pointer: "/file/row/2/x1", code: "range", value: "Infinity" }],
    ["too few columns", `${csv}a,0,1\n`, { pointer: "/file/row/2", code: "columns" }],
    ["a step too many", `${csv}a,0,1,1\na,2,1,1\n`, { pointer: "/file/row/3/step", code: "step", value: "2" }],
    ["a step that is none", `${csv}a,0.5,1,1\n`, { pointer: "/file/row/2/step", value: "0.5" }],
    ["rows apart", `${csv}a,0,1,1\nb,0,1,1\na,1,1,1\n`, { pointer: "/file/row/4", code: "order" }],
    ["a target too few", `${csv}a,0,1,1\na,1,1,\na,2,1,1\n`, { pointer: "/file/row/2/y", code: "targets" }],
    ["no target", `${csv}a,0,1,\na,1,1,\n`, { pointer: "/file/row/3/y", code: "targets" }],
    [
      "targets of both kinds",
      `${csv}a,0,1,1\na,1,1,1\nb,0,1,\nb,1,1,1\n`,
      { pointer: "/file/row/5/y", message: expect.stringContaining("expected a target for each step") },
    ],
    ["no sequence column", "step,x,y\n0,1,1\n", { code: "header", hint: expect.stringContaining("sequence,step,x1") }],
    ["no inputs", "sequence,a,y\n0,1,1\n", { code: "header" }],
    ["no targets", "sequence,x,b\n0,1,1\n", { code: "header" }],
    ["nothing", csv, { pointer: "/file", code: "empty" }],
  ])("CSV: %s", (_what, content, ...faults) => refused(file("csv", content), ...faults));

  test.each<[what: string, content: string, ...faults: Fault[]]>([
    ["no JSON", "{inputs", { pointer: "/file/row/1", code: "json" }],
    ["no object", "[1]\n5", { pointer: "/file/row/1", code: "object" }, { pointer: "/file/row/2" }],
    ["no rows", '{"inputs":[1,2],"targets":[[1]]}', { pointer: "/file/row/1/inputs/0", code: "row" }],
    ["null", '{"inputs":[[1],[null]],"targets":[[1]]}', { pointer: "/file/row/1/inputs/1/0", code: "number" }],
    ["a field too many", '{"inputs":[[1]],"targets":[[1]],"id":"a"}', { pointer: "/file/row/1/id" }],
    ["no steps", '{"inputs":[],"targets":[[1]]}', { pointer: "/file/row/1/inputs", code: "steps" }],
    ["2 of 3 targets", '{"inputs":[[1],[2],[3]],"targets":[[1],[2]]}', { pointer: "/file/row/1/targets/1" }],
    [
      "another width",
      '{"inputs":[[1,2]],"targets":[[1]]}\n{"inputs":[[1,2],[1]],"targets":[[1]]}',
      {
        pointer: "/file/row/2/inputs/1",
        message: "line 2, inputs of step 1: expected 2 numbers, as in the steps before, got 1",
      },
    ],
  ])("JSON Lines: %s", (_what, content, ...faults) => refused(file("jsonl", content), ...faults));

  test("a file of another kind", async () => {
    const upload = { name: "x", kind: "sequence", frequency: "d" } as const;
    const creating = store.datasets.create({ format: "csv", upload, bytes: inPieces(csv) });
    await expect(creating).rejects.toMatchObject({ code: "validation_failed", errors: [{ pointer: "/frequency" }] });
  });
});
