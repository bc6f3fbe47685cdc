import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Series } from "../../../src/schemas/datasets.ts";
import { temporaryStore } from "../temporary-store.ts";
import { upload } from "./uploads.ts";

/** What is stored, and all that is said about it. */
async function stored(content: string, options: { format: "csv" | "jsonl"; frequency?: string; pieceBytes?: number }) {
  const { store, folder } = await temporaryStore();
  const dataset = await upload(store, content, { ...options, name: "sales" });
  const text = await readFile(join(folder, "datasets", `${dataset.id}.jsonl`), "utf8");
  const series = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Series);
  return { series, dataset, warnings: dataset.warnings, summary: dataset.summary };
}

const monthly = [
  { id: "a", start: "2024-01-31", target: [1, 2.5, -3] },
  { id: "b", start: "2024-02-29", target: [4, null] },
];

describe("the same monthly series", () => {
  test.each([
    [
      "a row a value",
      "id,timestamp,target\na,2024-01-31,1\na,2024-02-29,2.5\na,2024-03-31,-3\nb,2024-02-29,4\nb,2024-03-31,\n",
    ],
    [
      "not together, in other words",
      "Date;Unique_ID;Y\n2024-01-31;a;1\n2024-02-29;a;2.5\n2024-02-29;b;4\n2024-03-31;a;-3\n2024-03-31;b;NA\n",
    ],
    [
      "tabs, quotes, spaces, CRLF, no last line end",
      '"series"\t"ds"\t"value"\r\na\t 2024-01-31 \t1e0\r\n"a"\t2024-02-29\t+2.50\r\na\t2024-03-31\t-3.\r\nb\t2024-02-29\t4\r\nb\t2024-03-31\tnull',
    ],
  ])("%s", async (_, content) => {
    for (const pieceBytes of [1, 1000]) {
      const { series, summary, warnings } = await stored(content, { format: "csv", pieceBytes });
      expect(series).toEqual(monthly);
      expect(warnings).toEqual([]);
      expect(summary).toEqual({
        kind: "series",
        series: 2,
        points: 5,
        missing: 1,
        shortest: 2,
        longest: 3,
        frequency: "mo",
        minimum: -3,
        maximum: 4,
      });
    }
  });

  test("JSON Lines with timestamps, or with start and frequency", async () => {
    const lines = [
      { id: "a", timestamps: ["2024-01-31", "2024-02-29", "2024-03-31"], target: [1, 2.5, -3] },
      { id: "b", timestamps: ["2024-02-29", "2024-03-31"], target: [4, null] },
    ];
    const first = await stored(lines.map((line) => JSON.stringify(line)).join("\n"), { format: "jsonl" });
    expect(first.series).toEqual(monthly);
    const written = `${monthly.map((line) => JSON.stringify(line)).join("\r\n\r\n")}\r\n`;
    const second = await stored(written, { format: "jsonl", frequency: "mo" });
    expect(second.series).toEqual(monthly);
    expect(second.dataset.sha256).toBe(first.dataset.sha256);
    expect(second.summary).toEqual(first.summary);
  });

  test("a column each: a series begins and ends with its values", async () => {
    const content = "date,a,b\n2024-01-31,1,\n2024-02-29,2.5,4\n2024-03-31,-3,\n";
    const { series } = await stored(content, { format: "csv" });
    expect(series).toEqual([monthly[0], { id: "b", start: "2024-02-29", target: [4] }]);
  });

  test("a row each, with the times in the header", async () => {
    const content = "id,2024-01-31,2024-02-29,2024-03-31\na,1,2.5,-3\nb,,4,\n";
    const { series } = await stored(content, { format: "csv" });
    expect(series).toEqual([monthly[0], { id: "b", start: "2024-02-29", target: [4] }]);
  });
});

test("a file as M4's: ids, then values to the end of each series, no times", async () => {
  const content = '"V1","V2","V3","V4"\n"H1","605","586","586"\n"H2","3124",,\n"H3","1",,"3"\n';
  const { series, summary } = await stored(content, { format: "csv", frequency: "h" });
  expect(series).toEqual([
    { id: "H1", target: [605, 586, 586] },
    { id: "H2", target: [3124] },
    { id: "H3", target: [1, null, 3] },
  ]);
  expect(summary).toMatchObject({ frequency: "h", points: 7, missing: 1, shortest: 1, longest: 3 });
});

test("times and values alone are one series with the dataset's name; columns that are not read are named", async () => {
  const { series, warnings } = await stored("month,value,note,\n1949-01,112,x,\n1949-02,118,,y\n", { format: "csv" });
  expect(series).toEqual([{ id: "sales", start: "1949-01-01", target: [112, 118] }]);
  expect(warnings).toEqual(["columns that were not read: note, (no name)"]);
  const passengers = await stored("date,passengers\n1949-01,112\n1949-02,118\n1949-03,132\n", { format: "csv" });
  expect(passengers.series).toEqual([{ id: "passengers", start: "1949-01-01", target: [112, 118, 132] }]);
  const yearly = await stored("time,y\n1949,1\n1950,2\n", { format: "csv" });
  expect(yearly.series).toEqual([{ id: "sales", start: "1949-01-01", target: [1, 2] }]);
  expect(yearly.summary).toMatchObject({ frequency: "y" });
});

test("steps that were not sent are missing values, and are told", async () => {
  const rows = ["2026-01-01T00:00Z,1", "2026-01-01T01:00Z,2", "2026-01-01T04:00Z,5", "2026-01-01T05:00Z,6"];
  const { series, warnings, summary } = await stored(`time,value\n${rows.join("\n")}`, { format: "csv" });
  expect(series).toEqual([{ id: "sales", start: "2026-01-01T00:00Z", target: [1, 2, null, null, 5, 6] }]);
  expect(warnings).toEqual([
    "2 steps that were not sent in 1 series count as missing values; first: series sales, after 2026-01-01T01:00Z (row 3)",
  ]);
  expect(summary).toMatchObject({ points: 6, missing: 2, frequency: "h" });
});

test("hours over daylight saving are steps of one hour; the days of a zone keep their hour", async () => {
  const hours = [
    "2026-03-29T00:00+01:00",
    "2026-03-29T01:00+01:00",
    "2026-03-29T03:00+02:00",
    "2026-03-29T04:00+02:00",
  ];
  const first = await stored(`time,value\n${hours.map((time) => `${time}[Europe/Madrid],1`).join("\n")}`, {
    format: "csv",
  });
  expect(first.summary).toMatchObject({ points: 4, missing: 0, frequency: "h" });
  const days = ["2026-03-28", "2026-03-29", "2026-03-30"].map((day) => `${day}T09:00[Europe/Madrid],1`);
  const second = await stored(`time,value\n${days.join("\n")}`, { format: "csv" });
  expect(second.summary).toMatchObject({ points: 3, missing: 0, frequency: "d" });
});

test("each 29th is not each end of a month: the times are kept where the start alone would not do", async () => {
  const times = ["2024-02-29", "2024-03-29", "2024-04-29"];
  const { series } = await stored(JSON.stringify({ id: "a", timestamps: times, target: [1, 2, 3] }), {
    format: "jsonl",
  });
  expect(series).toEqual([{ id: "a", timestamps: times, target: [1, 2, 3] }]);
});

test("numbers are kept to the last bit", async () => {
  const numbers = [0.1, 1 / 3, 5e-324, 1e300, -1e300, 123456789012345680, 1e21, -0.000001];
  const { series } = await stored(`id,value\n${numbers.map((number) => `a,${number}`).join("\n")}`, { format: "csv" });
  expect(series[0]!.target).toEqual(numbers);
});

test("the preview shows some series from their start", async () => {
  const { store } = await temporaryStore();
  const series = Array.from({ length: 7 }, (_, id) => ({
    id: `s${id}`,
    target: Array.from({ length: 150 }, (_, step) => step),
  }));
  await store.datasets.create({ format: "json", body: { name: "a", kind: "series", series } });
  const preview = await store.datasets.preview("a");
  expect(preview).toMatchObject({ kind: "series", truncated: true });
  expect(preview.kind === "series" && preview.series.map(({ id, target }) => [id, target.length])).toEqual(
    ["s0", "s1", "s2", "s3", "s4"].map((id) => [id, 100]),
  );
  await store.datasets.create({
    format: "json",
    body: { name: "b", kind: "series", series: [{ id: "x", target: [1, null] }] },
  });
  expect(await store.datasets.preview("b")).toEqual({
    kind: "series",
    series: [{ id: "x", target: [1, null] }],
    truncated: false,
  });
});
