import { costPanel } from "./cost-panel.mjs";
import { formatTime } from "./format-time.mjs";

const titles = { units: "Units", batch: "Batch", time: "Steps of a sequence", layers: "Layers" };
const frames = [0, 1, 2, 3].map((panel) => {
  return { left: 58 + (panel % 2) * 370, top: 78 + Math.floor(panel / 2) * 250, width: 296, height: 180 };
});

/**
 * The plot of README as SVG: time per training step over units, batch, steps and layers, both scales logarithmic, with the time that the
 * products alone take at the multiply-add peak (GFLOP/s). Readable on light and on dark, and by a screen reader.
 */
export function costPlot(summaries, peakGflops) {
  const points = summaries.map(({ axis, value, time, flop }) => {
    return { axis, value, ms: time.median, limitMs: flop / peakGflops / 1e6 };
  });
  const times = points.flatMap(({ ms, limitMs }) => [ms, limitMs]);
  const range = [Math.min(...times) * 0.8, Math.max(...times) * 1.25];
  const panels = Object.keys(titles).map((axis, index) => {
    const own = points.filter((point) => point.axis === axis);
    return costPanel({ title: titles[axis], points: own, range }, frames[index]);
  });
  const about = points.map(({ axis, value, ms }) => `${titles[axis].toLowerCase()} ${value}: ${formatTime(ms)} ms`);
  const peak = peakGflops.toFixed(0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 546" width="760" height="546" role="img" aria-labelledby="title about">
<title id="title">Time per training step of an LSTM against units, batch, steps and layers</title>
<desc id="about">Four panels, both scales logarithmic; a dashed line under the points is the time the products alone take at ${peak} GFLOP/s. ${about.join("; ")}.</desc>
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a } .head { font-weight: 600; fill: #1f2328 }
.grid { stroke: #8b949e; stroke-opacity: 0.3 } .measured, .limit { fill: none; stroke: #0969da; stroke-width: 2 }
.limit { stroke: #bc4c00; stroke-dasharray: 5 4 } circle { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1 } .head { fill: #f0f6fc } .measured { stroke: #4493f8 } circle { fill: #4493f8 } .limit { stroke: #f0883e }
}
</style>
<text class="head" x="58" y="22">Milliseconds a training step (LSTM 128x2, batch 50, 50 steps; one size varied at a time)</text>
<path class="measured" d="M58 40H88"/><circle cx="73" cy="40" r="3.5"/><text x="96" y="44">measured</text>
<path class="limit" d="M178 40H208"/><text x="216" y="44">the products alone at the multiply-add peak, ${peak} GFLOP/s</text>
${panels.join("\n")}
</svg>
`;
}
