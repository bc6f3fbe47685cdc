import fc from "fast-check";
import { expect, test } from "vitest";
import { addSteps } from "../../src/calendar/add-steps.ts";
import { formatTimestamp } from "../../src/calendar/format-timestamp.ts";
import { parseFrequency } from "../../src/calendar/parse-frequency.ts";
import { parseTimestamp } from "../../src/calendar/parse-timestamp.ts";
import { stepsBetween } from "../../src/calendar/steps-between.ts";

const step = (start: string, frequency: string, steps: number) =>
  formatTimestamp(addSteps(parseTimestamp(start), parseFrequency(frequency), steps));

test.each([
  ["2024-01-31", "mo", 1, "2024-02-29"],
  ["2024-01-31", "mo", 2, "2024-03-31"],
  ["2024-01-31", "mo", 13, "2025-02-28"],
  ["2024-01-30", "mo", 1, "2024-02-29"],
  ["2024-01-30", "mo", 2, "2024-03-30"],
  ["2024-04-30", "mo", 1, "2024-05-31"],
  ["2023-11-30", "q", 1, "2024-02-29"],
  ["2024-02-29", "y", 1, "2025-02-28"],
  ["2024-02-29", "y", 4, "2028-02-29"],
  ["2024-01-15", "mo", -2, "2023-11-15"],
  ["2024-03-31", "mo", -1, "2024-02-29"],
  ["2024-02-27", "d", 3, "2024-03-01"],
  ["2024-12-30", "w", 1, "2025-01-06"],
  ["2024-01-01", "h", 25, "2024-01-02T01:00"],
  ["2024-01-01T00:00:00Z", "15min", 3, "2024-01-01T00:45:00Z"],
  ["2024-01-01T00:00", "30s", 1, "2024-01-01T00:00:30"],
  ["2024-01-01 23:00", "2h", 1, "2024-01-02 01:00"],
  ["1999-12-31T23:59:59.5+05:45", "s", 1, "2000-01-01T00:00:00.5+05:45"],
])("%s + %s x %i = %s", (start, frequency, steps, expected) => {
  expect(step(start, frequency, steps)).toBe(expected);
});

test("hours are exact over daylight saving, days keep the local hour", () => {
  const spring = "2024-03-31T00:00+01:00[Europe/Madrid]";
  expect([0, 1, 2, 3].map((steps) => step(spring, "h", steps))).toEqual([
    "2024-03-31T00:00+01:00[Europe/Madrid]",
    "2024-03-31T01:00+01:00[Europe/Madrid]",
    "2024-03-31T03:00+02:00[Europe/Madrid]",
    "2024-03-31T04:00+02:00[Europe/Madrid]",
  ]);
  expect(step("2024-10-27T01:00+02:00[Europe/Madrid]", "h", 2)).toBe("2024-10-27T02:00+01:00[Europe/Madrid]");
  expect(step("2024-03-30T09:00+01:00[Europe/Madrid]", "d", 1)).toBe("2024-03-31T09:00+02:00[Europe/Madrid]");
  expect(step("2024-03-01T09:00-05:00[America/New_York]", "mo", 1)).toBe("2024-04-01T09:00-04:00[America/New_York]");
});

test("a local hour that does not exist becomes the next one, for that day only", () => {
  expect(step("2024-03-30T02:30+01:00[Europe/Madrid]", "d", 1)).toBe("2024-03-31T03:30+02:00[Europe/Madrid]");
  expect(step("2024-03-30T02:30+01:00[Europe/Madrid]", "d", 2)).toBe("2024-04-01T02:30+02:00[Europe/Madrid]");
});

test("years past 9999 are refused", () => {
  expect(() => step("9999-12-31", "d", 1)).toThrow("years 1 to 9999");
  expect(() => step("2024-01-01", "9999y", 1024)).toThrow("years 1 to 9999");
  expect(() => step("0001-01-01", "mo", -1)).toThrow("years 1 to 9999");
});

test("steps added are steps counted", () => {
  const starts = fc.constantFrom(
    "2024-01-31",
    "2023-02-28",
    "2024-01-30",
    "2024-03-30T02:30",
    "2024-03-30T02:30+01:00[Europe/Madrid]",
    "2024-10-27T02:30+01:00[Europe/Madrid]",
    "2024-04-01[America/Sao_Paulo]",
    "2024-01-01T00:00:00.25Z",
  );
  const frequencies = fc.constantFrom("s", "15min", "h", "7h", "d", "3d", "w", "mo", "5mo", "q", "y");
  fc.assert(
    fc.property(starts, frequencies, fc.integer({ min: -2000, max: 5000 }), (start, name, steps) => {
      const from = parseTimestamp(start);
      const to = addSteps(from, parseFrequency(name), steps);
      // What is written reads back as the same time.
      const again = parseTimestamp(formatTimestamp(to));
      expect(again.wallSeconds).toBe(to.wallSeconds);
      expect(again.offsetSeconds).toBe(to.offsetSeconds);
      expect(stepsBetween(from, again, parseFrequency(name))).toBe(steps);
    }),
    { numRuns: 500 },
  );
});
