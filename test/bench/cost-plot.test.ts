import { expect, test } from "vitest";
import { costPlot } from "../../bench/report/cost-plot.mjs";
import { logScale } from "../../bench/report/log-scale.mjs";
import { summarisePart } from "../../bench/report/summarise-part.mjs";
import { corpusOf } from "../../bench/workloads/corpus-of.mjs";
import { costShapes } from "../../bench/workloads/cost-shapes.mjs";
import { flopPerToken } from "../../bench/workloads/flop-per-token.mjs";

test("a logarithmic scale puts equal ratios at equal distances, and its ticks within", () => {
  const { place, ticks } = logScale([1, 100], [0, 200]);
  expect([1, 10, 100].map(place)).toEqual([0, 100, 200]);
  expect(ticks).toEqual([1, 10, 100]);
  expect(logScale([8, 60], [0, 1]).ticks).toEqual([10, 20, 50]);
});

test("the plot has a panel for each size, a point and a limit for each measurement, and says it all in words", () => {
  const rows = costShapes(false).map(({ axis, value, shape }) => {
    const flop = flopPerToken(shape) * shape.batch * shape.time;
    const rounds = [{ times: { Unroll: flop / 100e6 } }];
    return { name: shape.name, unit: "ms a step", ours: "Unroll", peers: {}, rounds, flop, axis, value };
  });
  const svg = costPlot(summarisePart({ rows }, 200), 200);
  for (const title of ["Units", "Batch", "Steps of a sequence", "Layers"]) expect(svg).toContain(`>${title}</text>`);
  expect(svg.match(/<circle [^>]*><title>/g)).toHaveLength(rows.length);
  expect(svg.match(/class="limit" d="M/g)).toHaveLength(4 + 1); // and its key
  expect(svg).toContain('role="img" aria-labelledby="title about"');
  expect(svg).toContain("<title>Units 128: 30.7 ms, limit 15.4 ms</title>"); // 1,229,568 operations x 2,500 tokens
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test("the corpus has every character of its vocabulary, the same each time", () => {
  const text = corpusOf(5000, 65);
  expect(text).toHaveLength(5000);
  expect(new Set(text).size).toBe(65);
  expect(corpusOf(5000, 65)).toBe(text);
  expect(corpusOf(6000, 65).startsWith(text)).toBe(true);
});
