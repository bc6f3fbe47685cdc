import { expect, test } from "vitest";
import { bandChart } from "../../src/demo/band-chart.ts";

test("puts history, band, median and what came where their values are", () => {
  const chart = bandChart({ history: [0, 1, null], median: [2, 2], lower: [1, 1], upper: [3, 3], actual: [3] }, 4);
  expect(chart.split("\n")).toEqual([
    "     3.00 │   ×░",
    "          │   ●●",
    "          │ • ░░",
    "     0.00 │•    ",
    "          └─────",
    "           • history   ● median   ░ 80 % band   × what came",
  ]);
});

test("draws a constant series", () => {
  expect(bandChart({ history: [5, 5], median: [5], lower: [5], upper: [5] }, 3)).toContain("••●");
});
