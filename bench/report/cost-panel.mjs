import { formatTime } from "./format-time.mjs";
import { logScale } from "./log-scale.mjs";

const round = (place) => Number(place.toFixed(1));
const line = (points) => points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");

/** One panel of the plot as SVG: points [{value, ms, limitMs}] over an axis; `frame` is {left, top, width, height}, `range` the times of all panels. */
export function costPanel({ title, points, range }, { left, top, width, height }) {
  const values = points.map(({ value }) => value);
  const across = logScale([Math.min(...values), Math.max(...values)], [left + 12, left + width - 12]);
  const up = logScale(range, [top + height, top]);
  const measured = points.map(({ value, ms }) => [across.place(value), up.place(ms)]);
  const limit = points.map(({ value, limitMs }) => [across.place(value), up.place(limitMs)]);
  const grid = up.ticks.map((tick) => {
    const y = round(up.place(tick));
    return `<path class="grid" d="M${left} ${y}H${left + width}"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${tick}</text>`;
  });
  const names = values.map((value) => {
    return `<text x="${round(across.place(value))}" y="${top + height + 17}" text-anchor="middle">${value}</text>`;
  });
  const dots = points.map(({ value, ms, limitMs }, index) => {
    const [x, y] = measured[index];
    const about = `${title} ${value}: ${formatTime(ms)} ms, limit ${formatTime(limitMs)} ms`;
    return `<circle cx="${round(x)}" cy="${round(y)}" r="3.5"><title>${about}</title></circle>`;
  });
  return [
    `<g><text class="head" x="${left}" y="${top - 10}">${title}</text>`,
    ...grid,
    ...names,
    `<path class="limit" d="${line(limit)}"/><path class="measured" d="${line(measured)}"/>`,
    ...dots,
    "</g>",
  ].join("\n");
}
