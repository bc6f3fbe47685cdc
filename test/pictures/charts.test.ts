import { describe, expect, test } from "vitest";
import { attentionMap } from "../../src/pictures/attention-map.ts";
import { escapeXml } from "../../src/pictures/escape-xml.ts";
import { forecastPlot } from "../../src/pictures/forecast-plot.ts";
import { type LossCurves, lossCurves } from "../../src/pictures/loss-curves.ts";
import { expectPicture, textsOf } from "./expect-picture.ts";

const hostile = `</title><script>alert(1)</script>"'&]]>\u0000\ud800`;

test("text that would break out stays text, and what XML cannot hold is replaced", () => {
  expect(escapeXml(hostile)).toBe(
    "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;]]&gt;\ufffd\ufffd",
  );
  expect(escapeXml("tab\tline\n 😀")).toBe("tab\tline\n 😀");
});

describe("loss curves", () => {
  const curves: LossCurves = {
    ...{ name: "writer · succeeded", unit: "nats per character", scale: "linear" },
    training: [1, 2, 3, 4].map((step) => ({ step: step * 100, loss: 4 / step })),
    validation: [200, 400].map((step) => ({ step, loss: 500 / step })),
    best: { step: 400, loss: 1.25 },
  };
  /** Points of the path drawn in a colour. */
  const pointsOf = (svg: string, looks: string) =>
    (new RegExp(`<path class="line ${looks}" d="M([^"]*)"`).exec(svg)?.[1] ?? "")
      .split("L")
      .map((point) => point.split(",").map(Number));

  test("show both losses, axes with their units, and the best checkpoint", () => {
    const svg = lossCurves(curves);
    expectPicture(svg);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(["step", "loss, nats per character", "validation", "best: 1.25 at step 400", "4.0"]),
    );
    expect(svg).toContain("The training loss goes from 4 at step 100 to 1 at step 400.");
    const points = pointsOf(svg, "first");
    expect(points).toHaveLength(4);
    // Steps go right at even distances, losses fall.
    const distances = points.slice(1).map(([x], index) => x! - points[index]![0]!);
    expect(Math.max(...distances) - Math.min(...distances)).toBeLessThan(0.3);
    expect(points.map(([, y]) => y)).toEqual(points.map(([, y]) => y!).sort((a, b) => a - b));
  });

  test("on a logarithmic axis equal ratios are equal distances", () => {
    const training = [8, 4, 2, 1].map((loss, step) => ({ step, loss }));
    const svg = lossCurves({ ...curves, scale: "log", training, validation: [], best: null });
    expectPicture(svg);
    const heights = pointsOf(svg, "first").map(([, y]) => y!);
    const falls = heights.slice(1).map((y, index) => y - heights[index]!);
    expect(Math.max(...falls) - Math.min(...falls)).toBeLessThan(0.3);
  });

  test("of a run that has only begun, or of one point, are drawn too", () => {
    const none = lossCurves({ ...curves, training: [], validation: [], best: null });
    expectPicture(none);
    expect(textsOf(none)).toContain("no step has ended yet");
    expectPicture(lossCurves({ ...curves, training: [{ step: 1, loss: 2 }], validation: [], best: null }));
    expectPicture(
      lossCurves({ ...curves, scale: "log", training: [{ step: 1, loss: 2 }], validation: [], best: null }),
    );
  });

  test("of a long run keep its shape in a small picture", () => {
    const training = Array.from({ length: 100_000 }, (_, step) => ({ step, loss: 1 + Math.exp(-step / 1e4) }));
    const svg = lossCurves({ ...curves, training, name: hostile });
    expectPicture(svg);
    const points = pointsOf(svg, "first");
    expect(points).toHaveLength(400);
    expect(svg.length).toBeLessThan(12_000);
  });
});

describe("a forecast's plot", () => {
  const median = [10, 12, 11];
  const bands = [{ label: "80 %", lower: [8, 9, 7], upper: [12, 15, 16] }];
  const times = { first: "2026-01-01", last: "2026-03-01" };

  test("goes on from the history, with its bands and times", () => {
    const history = Array.from({ length: 40 }, (_, step) => (step === 30 ? null : step % 12));
    const svg = forecastPlot({ name: hostile, history, median, bands, times });
    expectPicture(svg);
    expect(textsOf(svg)).toContain("steps ahead: 1 is 2026-01-01, the last 2026-03-01");
    expect(svg).toContain("At the last step 80 % lies between 7 and 16.");
    // The gap cuts the line in two.
    expect(/<path class="line first" d="([^"]*)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(2);
  });

  test("of one step, of a constant series, of one value", () => {
    expectPicture(forecastPlot({ name: "a", history: [5], median: [5], bands: [], times: null }));
    expectPicture(forecastPlot({ name: "a", history: [5, null, 5], median: [5, 5], bands: [], times: null }));
    expectPicture(forecastPlot({ name: "a", history: [null], median: [1e300], bands, times: null }));
  });
});

describe("an attention map", () => {
  test("shades each step by how much it was looked at, and says so", () => {
    const weights = [
      [0.1, 0.9],
      [1, 0],
    ];
    const svg = attentionMap({ name: hostile, weights, columns: ["<", "&"], rows: ["0", "1"] });
    expectPicture(svg);
    expect(svg).toContain("What each output looked at most: 0 at &amp; (0.90), 1 at &lt; (1.00).");
    expect([...svg.matchAll(/height="40" fill-opacity="([\d.]+)"/g)].map(([, opacity]) => opacity)).toEqual([
      "0.1",
      "0.9",
      "1",
    ]);
  });

  test("of a hundred steps stays legible and small", () => {
    const columns = Array.from({ length: 100 }, (_, step) => String(step));
    const weights = columns.map((_, row) => columns.map((_, step) => (row + step === 99 ? 1 : 0)));
    const svg = attentionMap({ name: "a", weights, columns, rows: columns });
    expectPicture(svg);
    expect(textsOf(svg).filter((text) => /^\d+$/.test(text)).length).toBeLessThan(60);
  });
});
