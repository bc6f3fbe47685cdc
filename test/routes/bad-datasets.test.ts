import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { expectRefusals } from "./expect-refusals.ts";

const text = (fields: object) => ({ body: { name: "t", kind: "text", text: "abc", ...fields } });
const series = (...all: object[]) => ({ body: { name: "s", kind: "series", series: all } });

test("texts that teach nothing", () =>
  expectRefusals({
    "POST /v1/datasets": [
      ["backslash in a name", "422 validation_failed /name", text({ name: "..\\x" })],
      ["unknown kind", "422 validation_failed /kind", text({ kind: "tekst" }), /text/],
      ["name taken", "409 name_taken", text({ name: "hamlet" })],
      ["empty", "422 validation_failed /text", text({ text: "" })],
      ["one character", "422 dataset_invalid", text({ text: "a" })],
      ["one distinct character", "422 dataset_invalid", text({ text: "aaaaaaaaaaaa" })],
      ["lone surrogate", "422 dataset_invalid", { raw: '{"name":"t","kind":"text","text":"abc\\ud800def"}' }],
      ["field of another kind", "422 validation_failed /frequency", text({ frequency: "h" })],
    ],
  }));

const sequences = (...all: object[]) => ({ body: { name: "q", kind: "sequence", sequences: all } });

test("sequences that are none", () =>
  expectRefusals({
    "POST /v1/datasets": [
      ["none", "422 validation_failed /sequences", sequences()],
      ["no targets", "422 validation_failed /sequences/0/targets", sequences({ inputs: [[1]] })],
      ["null", "422 validation_failed /sequences/0/inputs/0/0", sequences({ inputs: [[null]], targets: [[1]] })],
      ["bare numbers", "422 validation_failed /sequences/0/inputs/0", sequences({ inputs: [1], targets: [[1]] })],
      [
        "steps of two widths",
        "422 dataset_invalid /sequences/0/inputs/1",
        sequences({ inputs: [[1], [1, 2]], targets: [[1]] }),
      ],
      [
        "a target too few",
        "422 dataset_invalid /sequences/0/targets/1",
        sequences({ inputs: [[1], [2], [3]], targets: [[1], [2]] }),
      ],
      ["a frequency", "422 validation_failed /frequency", { body: { ...sequences().body, frequency: "h" } }],
    ],
  }));

test("series that are none", () =>
  expectRefusals({
    "POST /v1/datasets": [
      [
        "a text for a number",
        "422 validation_failed /series/0/target/1",
        series({ id: "a", target: [1, "2"] }),
        /or null/,
      ],
      ["none", "422 validation_failed /series", series()],
      ["no values", "422 validation_failed /series/0/target", series({ id: "a", target: [] })],
      ["one id twice", "422 dataset_invalid", series({ id: "a", target: [1, 2] }, { id: "a", target: [1, 2] })],
      ["no id", "422 validation_failed /series/0/id", series({ target: [1, 2] })],
      [
        "unknown frequency",
        "422 validation_failed /frequency",
        { body: { ...series({ id: "a", target: [1, 2] }).body, frequency: "fortnight" } },
      ],
    ],
  }));

test("a million wrong values are refused by the first of them", async () => {
  const { app } = await buildApp();
  const target = Array(1_000_000).fill("x");
  const { status, body } = await call(app, "POST /v1/datasets", series({ id: "a", target }).body);
  expect(status).toBe(422);
  expect(body.errors).toHaveLength(1);
  expect(body.errors[0].pointer).toBe("/series/0/target/0");
});
