import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { at, chartAxes, type Frame } from "./chart-axes.ts";
import { escapeXml } from "./escape-xml.ts";
import { shownNumber } from "./shown-number.ts";
import { svgDocument } from "./svg-document.ts";

export interface ForecastPlot {
  /** Of the series. */
  name: string;
  /** null where a value is missing. */
  history: (number | null)[];
  median: number[];
  /** Pairs of quantiles around the median, the widest first. */
  bands: { label: string; lower: number[]; upper: number[] }[];
  /** Of the first and last step of the forecast; null where the input named no times. */
  times: { first: string; last: string } | null;
}

const width = 720;
const height = 400;
const frame: Frame = { left: 76, top: 60, right: width - 24, bottom: height - 56 };
/** As much of the history as still leaves the forecast room. */
const historyAHorizon = 4;
const leastHistory = 24;

/** The end of a history, the median that goes on from it, and its bands. Steps count from the forecast's first, 1. */
export function forecastPlot(plot: ForecastPlot): string {
  const { name, median, bands, times } = plot;
  const horizon = median.length;
  const shown = plot.history.slice(-Math.max(leastHistory, historyAHorizon * horizon));
  const numbers = [
    ...shown.filter((value) => value !== null),
    ...median,
    ...bands.flatMap(({ lower, upper }) => [...lower, ...upper]),
  ];
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const y = scaleLinear(
    [low === high ? low - 1 : low, low === high ? high + 1 : high],
    [frame.bottom, frame.top],
  ).nice();
  const x = scaleLinear([1 - shown.length, Math.max(horizon, 2)], [frame.left, frame.right]);

  const past = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => at(x, index + 1 - shown.length))
    .y((value) => at(y, value!));
  const ahead = line<number>()
    .x((_, index) => at(x, index + 1))
    .y((value) => at(y, value));
  const band = (lower: number[]) =>
    area<number>()
      .x((_, index) => at(x, index + 1))
      .y0((_, index) => at(y, lower[index]!))
      .y1((value) => at(y, value));
  const title = `Forecast of ${name}`;
  return svgDocument({
    ...{ width, height, title, description: describe(plot) },
    body: [
      `<text class="title" x="${frame.left}" y="26">${escapeXml(title)}</text>`,
      ...legend(bands),
      ...chartAxes(frame, { scale: x, name: axisName(times) }, { scale: y, name: "value" }),
      `<line class="axis dash" x1="${at(x, 0.5)}" x2="${at(x, 0.5)}" y1="${frame.top}" y2="${frame.bottom}"/>`,
      ...bands.map(({ lower, upper }) => `<path class="fill-second" fill-opacity="0.22" d="${band(lower)(upper)}"/>`),
      `<path class="line first" d="${past(shown)}"/>`,
      `<path class="line second dash" d="${ahead(median)}"/>`,
      ...(horizon === 1 ? [`<circle class="dot second" cx="${at(x, 1)}" cy="${at(y, median[0]!)}" r="4"/>`] : []),
    ],
  });
}

function axisName(times: ForecastPlot["times"]): string {
  return times === null ? "steps ahead" : `steps ahead: 1 is ${times.first}, the last ${times.last}`;
}

function legend(bands: ForecastPlot["bands"]): string[] {
  const label = bands.map((band) => band.label).join(", ");
  return [
    `<line class="line first" x1="${frame.left}" x2="${frame.left + 28}" y1="44" y2="44"/>`,
    `<text class="small" x="${frame.left + 34}" y="48">history</text>`,
    `<line class="line second dash" x1="${frame.left + 100}" x2="${frame.left + 128}" y1="44" y2="44"/>`,
    `<text class="small" x="${frame.left + 134}" y="48">median</text>`,
    ...(label === ""
      ? []
      : [
          `<rect class="fill-second" fill-opacity="0.3" x="${frame.left + 200}" y="38" width="28" height="12"/>`,
          `<text class="small" x="${frame.left + 234}" y="48">${escapeXml(label)}</text>`,
        ]),
  ];
}

function describe({ history, median, bands, times }: ForecastPlot): string {
  const last = history.findLast((value) => value !== null);
  const when = times === null ? "" : ` from ${times.first} to ${times.last}`;
  const widest = bands[0];
  const end = median.length - 1;
  const range =
    widest === undefined
      ? ""
      : ` At the last step ${widest.label} lies between ${shownNumber(widest.lower[end]!)} and ${shownNumber(widest.upper[end]!)}.`;
  return `The history ends with ${last == null ? "no value" : shownNumber(last)}. The median of the ${median.length} steps${when} goes from ${shownNumber(median[0]!)} to ${shownNumber(median[end]!)}.${range}`;
}
