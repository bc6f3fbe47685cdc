import { expect, test } from "vitest";
import { appError, errorRegistry, fromErrorMessage, toErrorMessage } from "../src/errors.ts";

test("an error keeps its code, status, detail and faults across a thread border", () => {
  const errors = [{ pointer: "/prompt", code: "unknown_character", message: "not in the vocabulary", value: "☃" }];
  const sent = structuredClone(
    toErrorMessage(appError("prompt_characters_unknown", "expected known ones, got ☃", { errors })),
  );
  expect(fromErrorMessage(sent)).toMatchObject({
    code: "prompt_characters_unknown",
    status: 422,
    title: "The prompt holds characters that the model has never seen",
    message: "expected known ones, got ☃",
    errors,
  });
});

test("anything else that was thrown becomes an internal error", () => {
  expect(toErrorMessage(new TypeError("x is undefined"))).toMatchObject({ code: "internal", detail: "x is undefined" });
  expect(toErrorMessage("out of luck")).toEqual({ code: "internal", detail: "out of luck", errors: [] });
});

test("every status is one that the API promises", () => {
  const statuses = new Set(Object.values(errorRegistry).map(([status]) => status));
  expect([...statuses].sort()).toEqual([400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 431, 500, 503, 507]);
});
