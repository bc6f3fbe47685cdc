import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Stamp } from "../../setup/stamp.mjs";

const HOUR_MS = 3_600_000;
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-stamp-"));
  file = join(folder, "state", "stamp.json");
});
afterEach(() => rm(folder, { recursive: true }));

const failed = (reason: string) => ({ key: "a", reason, what: "...", remedy: "...", tools: "make", at: 0 });

test("a step is settled for the key it worked for, across processes, and for no other", async () => {
  const stamp = await Stamp.read(file);
  expect(stamp.isSettled("build", { key: "a", tools: "" })).toBe(false);
  await stamp.record("build", { key: "a", detail: "done" });
  const next = await Stamp.read(file);
  expect(next.isSettled("build", { key: "a", tools: "" })).toBe(true);
  expect(next.isSettled("build", { key: "b", tools: "" })).toBe(false);
  expect(next.get("build")).toEqual({ key: "a", detail: "done" });
});

test("a failed step waits until the tools change or a person asks again", async () => {
  const stamp = new Stamp(file, { sqlite: failed("compiler_missing") });
  const now = 1000 * HOUR_MS;
  expect(stamp.isSettled("sqlite", { key: "a", tools: "make", now })).toBe(true);
  expect(stamp.isSettled("sqlite", { key: "a", tools: "compiler make", now })).toBe(false);
  expect(stamp.isSettled("sqlite", { key: "a", tools: "make", now, retry: true })).toBe(false);
});

test("a step that failed for the network is tried again after six hours", () => {
  const stamp = new Stamp(file, { tensorflow: failed("pypi_unreachable") });
  expect(stamp.isSettled("tensorflow", { key: "a", tools: "make", now: 5.9 * HOUR_MS })).toBe(true);
  expect(stamp.isSettled("tensorflow", { key: "a", tools: "make", now: 6.1 * HOUR_MS })).toBe(false);
});

test("steps that end at the same time are all kept", async () => {
  const stamp = await Stamp.read(file);
  await Promise.all(["a", "b", "c", "d"].map((step) => stamp.record(step, { key: step })));
  const read = await Stamp.read(file);
  expect(["a", "b", "c", "d"].map((step) => read.get(step)?.key)).toEqual(["a", "b", "c", "d"]);
});

test.each(["", "{", '{"format":0,"steps":{"build":{"key":"a"}}}'])(
  "a stamp that reads %j counts as empty",
  async (text) => {
    const broken = join(folder, "stamp.json");
    await writeFile(broken, text);
    expect((await Stamp.read(broken)).get("build")).toBeUndefined();
  },
);
