import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorDetail } from "../../../src/errors.ts";
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

type Fault = Partial<ErrorDetail>;
const csv = "id,time,value\n";
const json = (value: unknown) => JSON.stringify(value);
const finite = "leave the cell empty where a value is missing";

describe("CSV that cannot be used is refused, with row, column, value and what to do", () => {
  test.each<[what: string, content: string, ...faults: Fault[]]>([
    [
      "NaN",
      `${csv}a,2026-01-01,1\na,2026-01-02,NaN\n`,
      {
        pointer: "/file/row/3/value",
        code: "number",
        value: "NaN",
        hint: finite,
        message: 'row 3, column value (series a): expected a number, or nothing where a value is missing, got "NaN"',
      },
    ],
    [
      "-inf and text, both",
      `${csv}a,2026-01-01,-inf\na,2026-01-02,x y\n`,
      { value: "-inf", hint: finite },
      { pointer: "/file/row/3/value", value: "x y" },
    ],
    [
      "a number that is no double",
      `${csv}a,2026-01-01,1e999\na,2026-01-02,1\n`,
      { pointer: "/file/row/2/value", code: "range", value: "Infinity" },
    ],
    [
      "a number that overflows when squared",
      `${csv}a,2026-01-01,-2e300\na,2026-01-02,1\n`,
      { code: "range", value: "-2e+300" },
    ],
    [
      "a decimal comma",
      `${csv}a,2026-01-01,"3,14"\na,2026-01-02,2\n`,
      { value: "3,14", hint: "write numbers with a decimal point and without separators: 1234.5" },
    ],
    [
      "thousands separators",
      `${csv}a,2026-01-01,"1,234,567.8"\na,2026-01-02,2\n`,
      { hint: "write numbers without separators: 1234.5" },
    ],
    ["currency", `${csv}a,2026-01-01,$12\na,2026-01-02,2\n`, { hint: "leave out signs and units" }],
    ["hexadecimal", `${csv}a,2026-01-01,0x10\na,2026-01-02,2\n`, { value: "0x10" }],
    [
      "too few columns",
      `${csv}a,2026-01-01\n`,
      { pointer: "/file/row/2", code: "columns", message: "row 2: expected 3 columns as in the header, got 2" },
    ],
    ["too many columns", `${csv}a,2026-01-01,1,2\n`, { message: "row 2: expected 3 columns as in the header, got 4" }],
    ["no id", `${csv},2026-01-01,1\n`, { pointer: "/file/row/2/id", code: "id" }],
    [
      "a control character in an id",
      `${csv}"a\nb",2026-01-01,1\n`,
      { pointer: "/file/row/2/id", message: "row 2: expected an id without control characters" },
    ],
    [
      "a day month first",
      `${csv}a,31/12/2025,1\na,01/01/2026,2\n`,
      {
        pointer: "/file/row/2/time",
        code: "time",
        value: "31/12/2025",
        hint: "write times year first, as 2026-03-28 or 2026-03-28T09:00",
      },
      { value: "01/01/2026" },
    ],
    ["a day that does not exist", `${csv}a,2026-02-29,1\n`, { value: "2026-02-29" }],
    ["no time", `${csv}a,,1\n`, { pointer: "/file/row/2/time", value: "" }],
    [
      "a time twice",
      `${csv}a,2026-01-01,1\na,2026-01-02,2\na,2026-01-02,3\n`,
      {
        pointer: "/file/row/4/time",
        code: "duplicate",
        value: "2026-01-02",
        message: "series a, row 4: expected each time once, got 2026-01-02 twice",
      },
    ],
    [
      "newest first",
      `${csv}a,2026-01-02,1\na,2026-01-01,2\n`,
      { code: "descending", hint: "sort the rows by time, oldest first" },
    ],
    [
      "times with and without offset",
      `${csv}a,2026-01-01T00:00Z,1\na,2026-01-01T01:00,2\n`,
      { code: "mixed", pointer: "/file/row/3/time" },
    ],
    [
      "uneven steps",
      `${csv}a,2026-01-01T00:00,1\na,2026-01-01T01:00,2\na,2026-01-01T02:00,3\na,2026-01-01T02:30,4\na,2026-01-01T04:00,4\n`,
      {
        pointer: "/file/row/5/time",
        code: "irregular",
        value: "2026-01-01T02:30",
        message:
          "series a, row 5: expected a whole number of steps of h after 2026-01-01T02:00, found 2026-01-01T02:30",
      },
    ],
    [
      "steps of which most were not sent",
      `${csv}a,2026-01-01T00:00,1\na,2026-01-01T01:00,2\na,2026-01-09T00:00,3\n`,
      { code: "sparse" },
    ],
    [
      "one time and no frequency",
      `${csv}a,2026-01-01,1\n`,
      { pointer: "/frequency", code: "missing", hint: "send frequency, such as h, d or mo" },
    ],
    [
      "series of different frequencies",
      `${csv}a,2026-01-01,1\na,2026-01-02,2\nb,2026-01-01,1\nb,2026-02-01,2\nb,2026-03-01,2\n`,
      { code: "frequency", pointer: "/file/row/4/time", value: "mo" },
    ],
    [
      "a series without a number",
      `${csv}a,2026-01-01,\na,2026-01-02,NA\n`,
      { pointer: "/file/row/2/value", code: "missing", hint: "leave the series out" },
    ],
    ["no row", csv, { pointer: "/file", code: "empty" }],
    ["nothing", "", { pointer: "/file", code: "empty" }],
    ["no header", "a,2026-01-01,1\na,2026-01-02,2\n", { pointer: "/file/row/1", code: "header" }],
    ["numbers for a header", "1,2\n3,4\n", { code: "header", message: "row 1: expected a header, got 1,2" }],
    [
      "a value column of another name",
      "id,date,sales\na,2026-01-01,1\n",
      { code: "header", hint: "name the column of values target" },
    ],
    [
      "two columns for the time",
      "date,time,value\n2026-01-01,00:00,1\n",
      { code: "header", message: "row 1: expected one column for the time, got date, time" },
    ],
    ["an open quote", `${csv}"a,2026-01-01,1\n`, { code: "csv" }],
    ["a quote inside a cell", `${csv}a"b,2026-01-01,1\n`, { pointer: "/file/row/2", code: "csv" }],
    [
      "Latin-1",
      "id,value\ncaf\xe9,1\n",
      {
        pointer: "/file",
        code: "utf8",
        message: "expected UTF-8 text, got the byte 0xe9 at offset 12",
        hint: "save the file as UTF-8",
      },
    ],
    ["UTF-16", "\ufeffi\0d\0,\0", { code: "nul" }],
    [
      "a value in a column that is no number",
      "date,a,b\n2026-01-01,1,2\n2026-01-02,1,?\n",
      { pointer: "/file/row/3/b", value: "?" },
    ],
    ["a value in a column named a/b~c", "date,a/b~c\n2026-01-01,x\n2026-01-02,1\n", { pointer: "/file/row/2/a~1b~0c" }],
    ["a column name that is too long", `date,${"a".repeat(257)}\n`, { pointer: "/file/row/1", code: "header" }],
    ["a column without name", "date,a,\n2026-01-01,1,2\n2026-01-02,1,2\n", { pointer: "/file/row/1", code: "id" }],
    ["the same series in two columns", "date,a,a\n2026-01-01,1,2\n2026-01-02,1,2\n", { code: "duplicate", value: "a" }],
    [
      "a value in a row that is no number",
      "V1,V2,V3\nH1,1,x\n",
      {
        pointer: "/file/row/2/V3",
        value: "x",
        message: 'row 2, column V3 (series H1): expected a number, or nothing where a value is missing, got "x"',
      },
    ],
    ["a row with no value", "V1,V2,V3\nH1,1,2\nH2,,\n", { pointer: "/file/row/3/V2", code: "missing" }],
    ["a row longer than the header", "V1,V2\nH1,1,2\n", { code: "columns" }],
    ["the same series in two rows", "V1,V2\nH1,1\nH1,2\n", { pointer: "/file/row/3/V1", code: "duplicate" }],
  ])("%s", async (_, content, ...faults) => {
    const bytes = content.includes("\xe9") ? Buffer.from(content, "latin1") : content;
    await expect(upload(store, bytes, { format: "csv", pieceBytes: 5 })).rejects.toMatchObject({
      code: "dataset_invalid",
      errors: faults,
    });
  });
});

describe("JSON Lines that cannot be used", () => {
  test.each<[what: string, content: string, ...faults: Fault[]]>([
    [
      "no JSON",
      `${json({ id: "a", target: [1] })}\n{"id":`,
      { pointer: "/file/row/2", code: "json", hint: "send one object a line" },
    ],
    [
      "NaN",
      '{"id":"a","target":[1,NaN]}',
      { pointer: "/file/row/1", code: "json", hint: "send null where a value is missing" },
    ],
    ["1e999", '{"id":"a","target":[1,1e999]}', { pointer: "/file/row/1/target/1", code: "range", value: "Infinity" }],
    ["an array", "[1,2]", { pointer: "/file/row/1", code: "object" }],
    [
      "an unknown field",
      json({ id: "a", target: [1], freq: "h" }),
      { pointer: "/file/row/1/freq", code: "unknown_field" },
    ],
    ["__proto__", '{"id":"a","target":[1],"__proto__":{"x":1}}', { code: "unknown_field" }],
    ["no id, no target", "{}", { pointer: "/file/row/1/id" }, { pointer: "/file/row/1/target" }],
    ["an empty target", json({ id: "a", target: [] }), { pointer: "/file/row/1/target", code: "target" }],
    [
      "strings as numbers",
      json({ id: "a", target: [1, "2"] }),
      { pointer: "/file/row/1/target/1", value: "2", hint: "send null where a value is missing" },
    ],
    [
      "fewer times than values",
      json({ id: "a", timestamps: ["2026-01-01"], target: [1, 2] }),
      { pointer: "/file/row/1/timestamps", code: "length" },
    ],
    [
      "a start that is not the first time",
      json({ id: "a", start: "2026-01-02", timestamps: ["2026-01-01", "2026-01-02"], target: [1, 2] }),
      { pointer: "/file/row/1/start", code: "mismatch" },
    ],
    [
      "a start without a frequency",
      json({ id: "a", start: "2026-01-02", target: [1, 2] }),
      { pointer: "/frequency", code: "missing" },
    ],
    [
      "a start that is no time",
      json({ id: "a", start: "yesterday", target: [1, 2] }),
      { pointer: "/file/row/1/start", value: "yesterday" },
    ],
    [
      "an id twice",
      `${json({ id: "a", target: [1] })}\n${json({ id: "a", target: [1] })}`,
      { pointer: "/file/row/2/id", code: "duplicate" },
    ],
    ["half a surrogate pair in an id", '{"id":"a\\ud83d","target":[1]}', { pointer: "/file/row/1/id" }],
    [
      "a line that nests 100,000 deep",
      `{"id":"a","target":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      { pointer: "/file/row/1/target/0" },
    ],
  ])("%s", async (_, content, ...faults) => {
    await expect(upload(store, content, { format: "jsonl", pieceBytes: 1000 })).rejects.toMatchObject({
      code: "dataset_invalid",
      errors: faults,
    });
  });
});

test("faults of a JSON body point into the body", async () => {
  const series = [
    { id: "a", target: [1, 2] },
    { id: "a", target: [1, Number.POSITIVE_INFINITY] },
  ];
  await expect(
    store.datasets.create({ format: "json", body: { name: "x", kind: "series", series } }),
  ).rejects.toMatchObject({
    code: "dataset_invalid",
    message: "2 faults in the data; first: series a: expected each id once, got it twice",
    errors: [{ pointer: "/series/1/id" }, { pointer: "/series/1/target/1", value: "Infinity" }],
  });
});

test("of many faults the first twenty are told", async () => {
  const rows = Array.from({ length: 100 }, (_, index) => `a,${index},x${index}`);
  await expect(upload(store, `id,time,value\n${rows.join("\n")}`, { format: "csv" })).rejects.toMatchObject({
    message: expect.stringMatching(/^the first 20 faults of the data; first: row 2, column value \(series a\)/),
    errors: Array.from({ length: 20 }, (_, index) => ({ pointer: `/file/row/${index + 2}/value`, value: `x${index}` })),
  });
});

test("none of them leaves a file or a row", async () => {
  expect(await readdir(join(folder, "temporary"))).toEqual([]);
  expect(await readdir(join(folder, "datasets"))).toEqual([]);
  expect((await store.datasets.list({ limit: 5 })).data).toEqual([]);
});
