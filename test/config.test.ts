import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

test("an empty environment gives the defaults, closed to the outside", () => {
  expect(readConfig({})).toMatchObject({ UNROLL_HOST: "127.0.0.1", UNROLL_PORT: 3000, UNROLL_AUTH: "auto" });
});

test("an empty variable counts as not set", () => {
  expect(readConfig({ UNROLL_PORT: "" }).UNROLL_PORT).toBe(3000);
});

test("lists are split and trimmed", () => {
  expect(readConfig({ UNROLL_ALLOWED_HOSTS: "a.example, b.example," }).UNROLL_ALLOWED_HOSTS).toEqual([
    "a.example",
    "b.example",
  ]);
});

test.each([
  [{ UNROLL_PORT: "http" }, 'UNROLL_PORT must be a whole number from 0 to 65535, got "http"'],
  [{ UNROLL_PORT: "65536" }, 'UNROLL_PORT must be a whole number from 0 to 65535, got "65536"'],
  [{ UNROLL_AUTH: "maybe" }, 'UNROLL_AUTH must be one of auto, on, off, got "maybe"'],
])("%o is refused", (environment, message) => {
  expect(() => readConfig(environment)).toThrow(new ConfigError(message));
});

test("a misspelt variable is refused, not ignored", () => {
  expect(() => readConfig({ UNROLL_PROT: "80" })).toThrow(/UNROLL_PROT is not a setting; there are UNROLL_HOST/);
});
