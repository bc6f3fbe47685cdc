import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { describe, expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";

type Part = [name: string, value: string, filename?: string];

function form(...parts: Part[]) {
  const boundary = "----form";
  const lines = parts.map(([name, value, filename]) => {
    const file = filename === undefined ? "" : `; filename="${filename}"\r\ncontent-type: application/octet-stream`;
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  });
  return {
    raw: `${lines.join("")}--${boundary}--\r\n`,
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

const upload = (app: FastifyInstance, ...parts: Part[]) => call(app, "POST /v1/datasets", undefined, form(...parts));
const text: Part[] = [
  ["name", "hamlet"],
  ["kind", "text"],
];
const series: Part[] = [
  ["name", "sales"],
  ["kind", "series"],
];

test("a text comes as JSON, is listed, looked into and deleted", async () => {
  const { app } = await buildApp();
  const { status, body, headers } = await call(app, "POST /v1/datasets", {
    name: "hamlet",
    kind: "text",
    text: "to be or not",
  });
  expect(status).toBe(201);
  expect(headers.location).toBe(`/v1/datasets/${body.id}`);
  expect(body).toMatchObject({ kind: "text", bytes: 12, summary: { characters: 12, vocabulary_size: 7 } });
  expect((await call(app, "GET /v1/datasets/hamlet")).body).toEqual(body);
  expect((await call(app, "GET /v1/datasets")).body.data).toEqual([body]);
  expect((await call(app, "GET /v1/datasets/hamlet/preview")).body).toEqual({
    kind: "text",
    text: "to be or not",
    truncated: false,
  });
  expect((await call(app, "DELETE /v1/datasets/hamlet")).status).toBe(204);
  expect((await call(app, "GET /v1/datasets/hamlet")).status).toBe(404);
});

describe("a file", () => {
  test.each<[string, Part[], object]>([
    ["a text", [...text, ["file", "to be or not", "hamlet.TXT"]], { kind: "text", bytes: 12 }],
    [
      "long CSV",
      [...series, ["file", "id,timestamp,value\na,2026-01-01,1\na,2026-01-02,2\na,2026-01-03,3\n", "s.csv"]],
      { summary: { series: 1, points: 3 } },
    ],
    [
      "JSON Lines",
      [...series, ["frequency", "d"], ["file", '{"id":"a","start":"2026-01-01","target":[1,null,3]}\n', "s.jsonl"]],
      { summary: { points: 3, missing: 1 } },
    ],
  ])("%s is streamed in", async (_name, parts, expected) => {
    const { app } = await buildApp();
    const { status, body } = await upload(app, ...parts);
    expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.stringMatching(/^ds_/) })]);
    expect(body).toMatchObject(expected);
  });

  test.each<[string, Part[], string]>([
    ["no file", text, "422 validation_failed /file"],
    [
      "no name",
      [
        ["kind", "text"],
        ["file", "abc", "a.txt"],
      ],
      "422 validation_failed /name",
    ],
    ["fields after the file", [["file", "abc", "a.txt"], ...text], "422 validation_failed /name"],
    [
      "a part after the file",
      [...text, ["file", "abcdef", "a.txt"], ["frequency", "d"]],
      "422 validation_failed /file",
    ],
    ["an unknown field", [...text, ["nmae", "x"], ["file", "abc", "a.txt"]], "422 validation_failed /nmae"],
    ["a field twice", [...text, ["name", "x"], ["file", "abc", "a.txt"]], "422 validation_failed /name"],
    ["a file of another name", [...text, ["data", "abc", "a.txt"]], "422 validation_failed /data"],
    ["a pickle", [...text, ["file", "abc", "a.pkl"]], "422 validation_failed /file"],
    ["no ending", [...text, ["file", "abc", "passwd"]], "422 validation_failed /file"],
    ["a text as CSV", [...text, ["file", "abc", "a.csv"]], "422 validation_failed /file"],
    [
      "frequency of a text",
      [...text, ["frequency", "d"], ["file", "abc", "a.txt"]],
      "422 validation_failed /frequency",
    ],
    [
      "NaN in a CSV",
      [...series, ["file", "id,timestamp,value\na,2026-01-01,1\na,2026-01-02,abc\n", "s.csv"]],
      "422 dataset_invalid /file/row/3/value",
    ],
    ["a form that breaks off", [["name", "x\r\n------form"]], "422 validation_failed /kind"],
  ])("%s is refused, and nothing stays", async (_name, parts, expected) => {
    const folder = { root: "" };
    const { app } = await buildApp();
    folder.root = app.config.UNROLL_DATA_DIR;
    const { status, body } = await upload(app, ...parts);
    expect(`${status} ${body.code} ${body.errors[0]?.pointer}`).toBe(expected);
    for (const name of ["datasets", "temporary"]) expect(await readdir(join(folder.root, name))).toEqual([]);
  });

  test("over UNROLL_MAX_UPLOAD_BYTES is a 413", async () => {
    const { app } = await buildApp({ UNROLL_MAX_UPLOAD_BYTES: "1000" });
    const { status, body } = await upload(app, ...text, ["file", "ab".repeat(600), "a.txt"]);
    expect([status, body.code]).toEqual([413, "body_too_large"]);
    expect((await upload(app, ...text, ["file", "ab".repeat(400), "a.txt"])).status).toBe(201);
  });

  test("a name with path characters is only a name", async () => {
    const { app } = await buildApp();
    expect((await upload(app, ...text, ["file", "to be", "../../../etc/cron.d/x.txt"])).status).toBe(201);
    expect(await readdir(join(app.config.UNROLL_DATA_DIR, "datasets"))).toEqual([
      expect.stringMatching(/^ds_[0-9a-z]{26}\.txt$/),
    ]);
  });
});

test("a dataset that a job uses stays", async () => {
  const { app } = await buildApp();
  await call(app, "POST /v1/datasets", { name: "hamlet", kind: "text", text: "to be or not to be ".repeat(50) });
  await call(app, "POST /v1/models", { name: "writer", task: "text" });
  expect((await call(app, "POST /v1/jobs", { model: "writer", dataset: "hamlet" })).status).toBe(202);
  expect((await call(app, "DELETE /v1/datasets/hamlet")).body.code).toBe("dataset_in_use");
  expect((await call(app, "DELETE /v1/models/writer")).body.code).toBe("model_in_use");
});
