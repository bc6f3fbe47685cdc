import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readOptions } from "../../bench/options.mjs";
import { partRunners } from "../../bench/parts.mjs";
import { toMarkdown } from "../../bench/report/to-markdown.mjs";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the short form is the default; --full has longer turns and seven rounds", () => {
  expect(readOptions([])).toMatchObject({ isFull: false, rounds: 3, isPublished: true });
  expect(readOptions(["--full"])).toMatchObject({ isFull: true, rounds: 7, slotMs: 2500, threads: 2 });
  expect(readOptions(["--full", "--rounds", "9"])).toMatchObject({ rounds: 9 });
});

test("a run of some parts or against some peers does not overwrite the results", () => {
  expect(readOptions(["--only", "cost,training"])).toMatchObject({ parts: ["cost", "training"], isPublished: false });
  expect(readOptions(["--peers", "none"])).toMatchObject({ peers: [], isPublished: false });
  expect(readOptions(["--no-readme"])).toMatchObject({ isPublished: false });
});

test("what is not known is refused, with what is", () => {
  const allowed = "training, generation, serving, forecast, cost";
  expect(() => readOptions(["--only", "speed"])).toThrow(`--only: expected some of ${allowed}, got speed`);
  expect(() => readOptions(["--peers", "mxnet"])).toThrow("got mxnet");
  expect(() => readOptions(["--rounds", "0"])).toThrow("--rounds: expected a whole number from 1 up, got 0");
  expect(() => readOptions(["--fast"])).toThrow("--fast");
  expect(Object.keys(partRunners).sort()).toEqual([...allowed.split(", ")].sort());
});

test("README's commands exist, and its tables are those of the committed result", () => {
  const readme = read("README.md");
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  expect(readme).toContain("\nnpm run bench\nnpm run bench -- --full\n");
  expect(scripts.bench).toContain("bench/run.mjs");
  const result = JSON.parse(read("bench/results/latest.json"));
  expect(readme).toContain(`<!-- bench -->\n${toMarkdown(result)}\n<!-- /bench -->`);
  expect(existsSync(new URL("../../bench/results/cost.svg", import.meta.url))).toBe(true);
});

test("every target names a row of the result, unless its precision was not there", () => {
  const targets = JSON.parse(read("bench/targets.json")) as { part: string; row: string }[];
  const { summaries } = JSON.parse(read("bench/results/latest.json"));
  const missing = targets.filter(
    ({ part, row }) => !summaries[part].some((each: { name: string }) => each.name === row),
  );
  expect(missing.filter(({ row }) => !row.includes("bf16"))).toEqual([]);
});
