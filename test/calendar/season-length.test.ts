import { expect, test } from "vitest";
import { parseFrequency } from "../../src/calendar/parse-frequency.ts";
import { seasonLength } from "../../src/calendar/season-length.ts";

test.each([
  ["h", 24, 168],
  ["2h", 12, 84],
  ["24h", 7, 7],
  ["30min", 48, 336],
  ["15min", 96, 672],
  ["5min", 288, 2016],
  ["min", 1440, 1440],
  ["7min", 1, 1],
  ["s", 60, 60],
  ["10s", 360, 360],
  ["d", 7, 7],
  ["w", 52, 52],
  ["2w", 26, 26],
  ["7d", 52, 52],
  ["mo", 12, 12],
  ["3mo", 4, 4],
  ["q", 4, 4],
  ["y", 1, 1],
  ["100h", 1, 1],
])("%s: %i, long %i", (frequency, season, longSeason) => {
  expect(seasonLength(parseFrequency(frequency))).toEqual({ season, longSeason });
});

test.each(["", "0h", "H", "1.5h", "12345d", "month", "h2", " h"])("%j is no frequency", (text) => {
  expect(() => parseFrequency(text)).toThrow(expect.objectContaining({ code: "validation_failed" }));
});
