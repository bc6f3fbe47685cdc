import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFrequency } from "../../src/calendar/format-frequency.ts";
import { readTimeline } from "../../src/calendar/read-timeline.ts";
import { timestampsOf } from "../../src/calendar/timestamps-of.ts";

const read = (timestamps: string[], frequency?: string) =>
  readTimeline({ timestamps, frequency, length: timestamps.length });
const frequencyOf = (timestamps: string[]) => {
  const { timeline, faults } = read(timestamps);
  expect(faults).toEqual([]);
  return formatFrequency(timeline!.frequency);
};

test.each([
  ["h", ["2024-01-01T00:00Z", "2024-01-01T01:00Z", "2024-01-01T02:00Z"]],
  ["15min", ["2024-01-01 00:00", "2024-01-01 00:15"]],
  ["90s", ["2024-01-01T00:00:00", "2024-01-01T00:01:30"]],
  ["d", ["2024-02-28", "2024-02-29", "2024-03-01"]],
  ["w", ["2024-01-01", "2024-01-08", "2024-01-15"]],
  ["4w", ["2024-01-01", "2024-01-29", "2024-02-26"]],
  ["mo", ["2024-01-31", "2024-02-29", "2024-03-31"]],
  ["mo", ["2023-02-01", "2023-03-01"]],
  ["mo", ["2024-02-29", "2024-03-29", "2024-04-29"]],
  ["mo", ["2024-01-30", "2024-02-29", "2024-03-30"]],
  ["q", ["2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30"]],
  ["y", ["2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01"]],
  ["10y", ["1990-07-01", "2000-07-01", "2010-07-01"]],
  ["h", ["2024-03-31T01:00+01:00[Europe/Madrid]", "2024-03-31T03:00+02:00[Europe/Madrid]"]],
  [
    "d",
    [
      "2024-03-30T00:00+01:00[Europe/Madrid]",
      "2024-03-31T00:00+01:00[Europe/Madrid]",
      "2024-04-01T00:00+02:00[Europe/Madrid]",
    ],
  ],
  ["h", ["2024-03-31T01:00+01:00", "2024-03-31T03:00+02:00"]],
])("%s is found in %j", (frequency, timestamps) => {
  expect(frequencyOf(timestamps)).toBe(frequency);
});

test("times go on where the list ends, in its own style", () => {
  const months = read(["2024-01-31", "2024-02-29"]).timeline!;
  expect(timestampsOf(months, 2, 3)).toEqual(["2024-03-31", "2024-04-30", "2024-05-31"]);
  const days = read(["2024-02-29", "2024-03-29"]).timeline!;
  expect(timestampsOf(days, 2, 2)).toEqual(["2024-04-29", "2024-05-29"]);
  const hours = read(["2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"]).timeline!;
  expect(timestampsOf(hours, 2, 1)).toEqual(["2024-03-31T04:00:00+02:00"]);
});

describe("faults are located", () => {
  const faults = (timestamps: string[], frequency?: string) => read(timestamps, frequency).faults;

  test("a gap names what was expected and found", () => {
    const hours = ["2026-03-01T15:00Z", "2026-03-01T16:00Z", "2026-03-01T18:00Z", "2026-03-01T19:00Z"];
    expect(faults(hours)).toEqual([
      expect.objectContaining({
        field: "timestamps",
        index: 2,
        code: "gap",
        value: "2026-03-01T18:00Z",
        message:
          "expected 2026-03-01T17:00Z (one step of h after 2026-03-01T16:00Z), found 2026-03-01T18:00Z: 1 step is missing",
      }),
    ]);
  });

  test("a missing month and a missing day of month ends", () => {
    expect(faults(["2024-01-31", "2024-02-29", "2024-04-30", "2024-05-31"])[0]).toMatchObject({
      index: 2,
      code: "gap",
    });
    expect(faults(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"])[0]).toMatchObject({
      index: 2,
      message: expect.stringContaining("expected 2024-01-03"),
    });
  });

  test("a time off the grid", () => {
    expect(
      faults(["2024-01-01T00:00Z", "2024-01-01T01:00Z", "2024-01-01T02:10Z", "2024-01-01T03:00Z"])[0],
    ).toMatchObject({
      index: 2,
      code: "irregular",
    });
  });

  test("duplicates and descending times", () => {
    expect(faults(["2024-01-01", "2024-01-02", "2024-01-02"])).toEqual([
      expect.objectContaining({ index: 2, code: "duplicate" }),
    ]);
    expect(faults(["2024-01-03", "2024-01-02", "2024-01-01"])[0]).toMatchObject({ index: 1, code: "descending" });
    expect(faults(["2024-01-01", "2024-01-01"])[0]).toMatchObject({ index: 1, code: "duplicate" });
  });

  test("mixed styles, daily times over a change of offset without a zone", () => {
    expect(faults(["2024-01-01T00:00Z", "2024-01-01T01:00"])[0]).toMatchObject({ index: 1, code: "mixed" });
    expect(faults(["2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"])[0]).toMatchObject({
      index: 2,
      code: "irregular",
    });
  });

  test("unreadable times: the first five", () => {
    const found = faults(Array.from({ length: 9 }, () => "soon"));
    expect(found.map(({ index, code }) => [index, code])).toEqual([0, 1, 2, 3, 4].map((index) => [index, "invalid"]));
  });

  test("what does not fit together", () => {
    expect(readTimeline({ timestamps: ["2024-01-01"], length: 2 }).faults[0]).toMatchObject({ code: "length" });
    expect(readTimeline({ timestamps: ["2024-01-01"], length: 1 }).faults[0]).toMatchObject({ code: "missing" });
    expect(readTimeline({ start: "2024-01-01", length: 2 }).faults[0]).toMatchObject({
      field: "frequency",
      code: "missing",
    });
    expect(readTimeline({ start: "2024-01-01", frequency: "fortnight", length: 2 }).faults[0]).toMatchObject({
      field: "frequency",
      code: "invalid",
    });
    expect(
      readTimeline({ start: "2024-01-02", timestamps: ["2024-01-01", "2024-01-02"], length: 2 }).faults[0],
    ).toMatchObject({ field: "start", code: "mismatch" });
    expect(faults(["2024-01-01", "2024-01-02"], "h")[0]).toMatchObject({ index: 1, code: "gap" });
  });
});

test("no times at all are no fault", () => {
  expect(readTimeline({ frequency: "h", length: 3 })).toEqual({ timeline: null, faults: [] });
});

test("the usual frequency is preferred where it fits, and only there", () => {
  const usual = (timestamps: string[]) =>
    formatFrequency(readTimeline({ timestamps, usualFrequency: "4w", length: timestamps.length }).timeline!.frequency);
  expect(usual(["2023-02-01", "2023-03-01"])).toBe("4w");
  expect(usual(["2023-03-01", "2023-04-01"])).toBe("mo");
});

test("any timeline written out is read back, and one time dropped is found", () => {
  const starts = fc.constantFrom(
    "2024-01-31",
    "2021-12-15T08:00",
    "2024-03-20T00:00+01:00[Europe/Madrid]",
    "2024-10-20T02:30:00Z",
  );
  const frequencies = fc.constantFrom("30s", "15min", "h", "d", "w", "mo", "q", "y");
  fc.assert(
    fc.property(starts, frequencies, fc.integer({ min: 4, max: 60 }), fc.nat(), (start, frequency, length, dropped) => {
      const { timeline } = readTimeline({ start, frequency, length });
      const timestamps = timestampsOf(timeline!, 0, length);
      const again = readTimeline({ timestamps, length });
      expect(formatFrequency(again.timeline!.frequency)).toBe(frequency);
      expect(timestampsOf(again.timeline!, length, 3)).toEqual(timestampsOf(timeline!, length, 3));
      const index = 1 + (dropped % (length - 2));
      const { faults } = readTimeline({ timestamps: timestamps.toSpliced(index, 1), frequency, length: length - 1 });
      expect(faults).toEqual([expect.objectContaining({ index, code: "gap" })]);
    }),
  );
});
