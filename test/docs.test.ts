import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodes } from "../setup/exit-codes.mjs";
import { settings } from "../src/config.ts";
import { errorRegistry } from "../src/errors.ts";
import { exitCodes as serverExitCodes } from "../src/exit-codes.ts";
import { jobEvents } from "../src/schemas/events.ts";
import { buildApp } from "./build-app.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Rows of the tables under a heading, cells trimmed of blanks and code marks. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const code = (text: string) => `\`${text}\``;
const sorted = (rows: string[][]) => rows.map((row) => row.join(" | ")).sort();

test("README lists every route with its scope, and no other", async () => {
  const { app } = await buildApp();
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, Record<string, string>>> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [
      code(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
      operation["x-scope"] ?? "public",
      operation.summary,
    ]),
  );
  expect(sorted(tableUnder("Routes").slice(1))).toEqual(sorted(routes));
});

test("README lists every event with its fields, and no other", () => {
  const job = Object.entries(jobEvents).map(([type, payload]) => [
    code(type),
    Object.keys(payload).map(code).join(" "),
  ]);
  const listed = tableUnder("Events").map(([type, fields]) => [type, fields]);
  const text = ["text-start", "text-delta", "text-end", "error"].map(code);
  expect(sorted(listed.filter(([type]) => type !== "event" && !text.includes(type)))).toEqual(sorted(job));
  expect(listed.map(([type]) => type).filter((type) => text.includes(type))).toEqual(text);
});

test("README lists every error code with its status, and no other", () => {
  const errors = Object.entries(errorRegistry).map(([name, [status, title]]) => [code(name), String(status), title]);
  expect(tableUnder("Errors").slice(1)).toEqual(errors);
});

test("README lists every setting, and no other", () => {
  const listed = tableUnder("Settings").slice(1);
  expect(listed.map(([name, , about]) => [name, about])).toEqual(
    Object.entries(settings).map(([name, { about }]) => [code(name), about]),
  );
  const defaults = Object.entries(settings).filter(([name]) => name !== "UNROLL_TRAINING_SLOTS");
  for (const [name, setting] of defaults) {
    const shown = listed.find(([listedName]) => listedName === code(name))?.[1];
    expect(shown).toBe(setting.default === "" ? "" : code(setting.default));
  }
});

test("README lists every exit code, and the set-up's list holds the server's", () => {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]);
  expect(tableUnder("Exit codes").slice(1)).toEqual(codes);
  expect(codes.map(([number]) => Number(number))).toEqual(expect.arrayContaining(Object.values(serverExitCodes)));
});
