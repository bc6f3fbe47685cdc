import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTimestamp } from "../../src/calendar/format-timestamp.ts";
import { parseTimestamp } from "../../src/calendar/parse-timestamp.ts";

describe("what comes in goes out the same", () => {
  test.each([
    "2024-02-29",
    "0001-01-01",
    "9999-12-31T23:59:59.999999999Z",
    "2024-05-01T09:30",
    "2024-05-01 09:30:00",
    "2024-05-01T09:30:00.125",
    "2024-05-01T09:30:00Z",
    "2024-05-01T09:30:00-03:30",
    "2024-05-01T09:30:00+05:45",
    "2026-03-28T00:00+01:00[Europe/Madrid]",
    "2024-05-01[America/New_York]",
    "1900-01-01T00:00:00Z",
  ])("%s", (text) => {
    expect(formatTimestamp(parseTimestamp(text))).toBe(text);
  });

  test("with a zone, a missing offset is added", () => {
    expect(formatTimestamp(parseTimestamp("2024-07-01T12:00[Europe/Madrid]"))).toBe(
      "2024-07-01T12:00+02:00[Europe/Madrid]",
    );
    expect(formatTimestamp(parseTimestamp("2024-07-01T10:00Z[Europe/Madrid]"))).toBe(
      "2024-07-01T12:00+02:00[Europe/Madrid]",
    );
  });

  test("a local time that the zone has twice is the first, unless the offset says otherwise", () => {
    expect(parseTimestamp("2024-10-27T02:30[Europe/Madrid]").offsetSeconds).toBe(7200);
    expect(parseTimestamp("2024-10-27T02:30+01:00[Europe/Madrid]").offsetSeconds).toBe(3600);
  });
});

describe("refused", () => {
  test.each([
    ["2024-02-30", "day of 2024-02 must be between 1 and 29"],
    ["2023-02-29", "between 1 and 28"],
    ["2024-13-01", "month must be between 1 and 12"],
    ["0000-01-01", "year"],
    ["2024-01-01T24:00", "hour must be between 0 and 23"],
    ["2024-01-01T10:60", "minute"],
    ["2024-01-01T10:00:60", "second"],
    ["2024-01-01T10:00+24:00", "offset hours"],
    ["2024-01-01T10:00+0100", "shape"],
    ["2024-1-1", "shape"],
    ["01/02/2024", "shape"],
    ["1704067200", "shape"],
    ["", "shape"],
    [" 2024-01-01", "shape"],
    ["2024-01-01T10:00 UTC", "shape"],
    ["Jan 1, 2024", "shape"],
    ["2024-01-01T10:00[Mars/Olympus]", "not known"],
    ["2024-03-31T02:30[Europe/Madrid]", "does not exist"],
    ["2024-07-01T12:00+01:00[Europe/Madrid]", "does not have this offset"],
  ])("%j: %s", (text, reason) => {
    expect(() => parseTimestamp(text)).toThrow(expect.objectContaining({ code: "validation_failed" }));
    expect(() => parseTimestamp(text)).toThrow(reason);
  });
});

test("seconds agree with the platform's calendar for every day and time", () => {
  const times = fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(times, (date) => {
      const text = date.toISOString();
      const time = parseTimestamp(text);
      expect(time.wallSeconds).toBe(Math.floor(date.getTime() / 1000));
      expect(formatTimestamp(time)).toBe(text);
    }),
  );
});
