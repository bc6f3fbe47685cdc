import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryStore } from "../temporary-store.ts";
import { upload } from "./uploads.ts";

const lines = (...series: object[]) => series.map((one) => `${JSON.stringify(one)}\n`).join("");

const covariates = {
  past_covariates: { clicks: [1, null, 3] },
  future_covariates: { price: [9, 8, 7, 6, 5], holiday: [0, 0, 1] },
  static: { region: "north", size: 2.5 },
};

test("series keep their covariates; the summary names them, the preview shows them", async () => {
  const { store, folder } = await temporaryStore();
  const sent = { id: "a", target: [1, 2, 3], ...covariates };
  const dataset = await upload(store, lines(sent), { format: "jsonl" });
  expect(JSON.parse(await readFile(join(folder, "datasets", `${dataset.id}.jsonl`), "utf8"))).toEqual(sent);
  expect(dataset.summary).toMatchObject({
    series: 1,
    points: 3,
    covariates: [
      { name: "clicks", kind: "past", values: "number" },
      { name: "holiday", kind: "future", values: "number" },
      { name: "price", kind: "future", values: "number" },
      { name: "region", kind: "static", values: "category" },
      { name: "size", kind: "static", values: "number" },
    ],
  });
  expect(await store.datasets.preview(dataset.id)).toMatchObject({ series: [sent] });
});

test("where steps were not sent, covariates have the gaps of the target, and what lies ahead follows them", async () => {
  const { store, folder } = await temporaryStore();
  const sent = { id: "a", timestamps: ["2026-01-01", "2026-01-02", "2026-01-05"], target: [1, 2, 3], ...covariates };
  const dataset = await upload(store, lines(sent), { format: "jsonl", frequency: "d" });
  expect(JSON.parse(await readFile(join(folder, "datasets", `${dataset.id}.jsonl`), "utf8"))).toEqual({
    id: "a",
    start: "2026-01-01",
    target: [1, 2, null, null, 3],
    past_covariates: { clicks: [1, null, null, null, 3] },
    future_covariates: { price: [9, 8, null, null, 7, 6, 5], holiday: [0, 0, null, null, 1] },
    static: covariates.static,
  });
});

const plain = { id: "a", target: [1, 2, 3] };

test.each<[what: string, content: string, pointer: string, code: string]>([
  ["too short", lines({ ...plain, future_covariates: { p: [1, 2] } }), "/future_covariates/p", "length"],
  ["not as long", lines({ ...plain, past_covariates: { p: [1, 2, 3, 4] } }), "/past_covariates/p", "length"],
  ["no number", lines({ ...plain, past_covariates: { p: [1, "2", 3] } }), "/past_covariates/p/1", "number"],
  ["infinite", '{"id":"a","target":[1],"past_covariates":{"p":[1e999]}}\n', "/past_covariates/p/0", "number"],
  ["no object", lines({ ...plain, past_covariates: [1, 2, 3] }), "/past_covariates", "object"],
  ["a name twice", lines({ ...plain, past_covariates: { p: [1, 2, 3] }, static: { p: 1 } }), "/static/p", "duplicate"],
  ["a bad name", lines({ ...plain, static: { "a\n": 1 } }), "/static/a\n", "name"],
  ["a hidden name", '{"id":"a","target":[1],"static":{"__proto__":1}}\n', "/static/__proto__", "name"],
  ["a list of categories", lines({ ...plain, static: { "p/q": ["x"] } }), "/static/p~1q", "static"],
  ["one series without", lines({ ...plain, static: { p: 1 } }, { ...plain, id: "b" }), "/id", "covariates"],
  [
    "a number, then text",
    lines({ ...plain, static: { p: 1 } }, { ...plain, id: "b", static: { p: "x" } }),
    "/id",
    "covariates",
  ],
])("refused: %s", async (_, content, pointer, code) => {
  const { store } = await temporaryStore();
  const refusal = await upload(store, content, { format: "jsonl" }).then(
    () => null,
    (error: { code: string; errors: { pointer: string; code: string }[] }) => error,
  );
  expect(refusal).toMatchObject({ code: "dataset_invalid", errors: [{ pointer: expect.stringMatching(/.*/), code }] });
  expect(refusal!.errors[0]!.pointer.endsWith(pointer)).toBe(true);
});
