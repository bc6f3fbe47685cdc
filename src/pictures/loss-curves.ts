import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { at, chartAxes, type Frame } from "./chart-axes.ts";
import { escapeXml } from "./escape-xml.ts";
import { shownNumber } from "./shown-number.ts";
import { svgDocument } from "./svg-document.ts";

export interface LossPoint {
  step: number;
  loss: number;
}

export interface LossCurves {
  /** Whose curves, and how far the run is: `writer · succeeded`. */
  name: string;
  /** Unit of the loss: `nats per character`. */
  unit: string;
  scale: "linear" | "log";
  /** Ascending by step, as all below. */
  training: LossPoint[];
  validation: LossPoint[];
  /** The checkpoint that serves; null before there is one. */
  best: LossPoint | null;
}

const width = 720;
const height = 400;
const frame: Frame = { left: 76, top: 60, right: width - 24, bottom: height - 56 };
const mostPoints = 400;

/** Loss over steps, of training and validation, the best checkpoint marked. Log scales need losses above 0. */
export function lossCurves(curves: LossCurves): string {
  const { name, unit, best } = curves;
  const training = thinned(curves.training);
  const { x, y } = scales(curves, training);
  const path = line<LossPoint>()
    .x(({ step }) => at(x, step))
    .y(({ loss }) => at(y, loss));
  const draw = (points: LossPoint[], looks: string) =>
    points.length > 1 ? [`<path class="line ${looks}" d="${path(points)}"/>`] : dots(points, looks);
  const dots = (points: LossPoint[], looks: string) =>
    points.map(({ step, loss }) => `<circle class="dot ${looks}" cx="${at(x, step)}" cy="${at(y, loss)}" r="3"/>`);
  const isEmpty = training.length + curves.validation.length === 0;
  const title = `Loss of ${name}`;
  return svgDocument({
    ...{ width, height, title, description: describe(curves) },
    body: [
      `<text class="title" x="${frame.left}" y="26">${escapeXml(title)}</text>`,
      ...legend(curves),
      ...chartAxes(frame, { scale: x, name: "step" }, { scale: y, name: `loss, ${unit}` }),
      ...draw(training, "first"),
      ...draw(curves.validation, "second dash"),
      ...dots(curves.validation.slice(-60), "second"),
      ...(best === null ? [] : bestMark(best, { left: at(x, best.step), top: at(y, best.loss) })),
      ...(isEmpty
        ? [`<text class="soft" x="${width / 2}" y="${height / 2}" text-anchor="middle">no step has ended yet</text>`]
        : []),
    ],
  });
}

function scales({ scale, validation, best }: LossCurves, training: LossPoint[]) {
  const points = [...training, ...validation, ...(best ? [best] : [])];
  const steps = points.map(({ step }) => step);
  const losses = points.map(({ loss }) => loss);
  const [low, high] = points.length === 0 ? [0.1, 1] : [Math.min(...losses), Math.max(...losses)];
  const x = scaleLinear([Math.min(0, ...steps), Math.max(1, ...steps)], [frame.left, frame.right]);
  const range = [frame.bottom, frame.top];
  // One loss alone still needs some height.
  const y =
    scale === "log"
      ? scaleLog([low * 0.9, high * 1.1], range)
      : scaleLinear([low === high ? low - 0.5 : low, low === high ? high + 0.5 : high], range).nice();
  return { x, y };
}

function legend({ validation }: LossCurves): string[] {
  const entry = (left: number, looks: string, label: string) => [
    `<line class="line ${looks}" x1="${left}" x2="${left + 28}" y1="44" y2="44"/>`,
    `<text class="small" x="${left + 34}" y="48">${label}</text>`,
  ];
  return [
    ...entry(frame.left, "first", "training"),
    ...(validation.length > 0 ? entry(frame.left + 110, "second dash", "validation") : []),
  ];
}

function bestMark({ step, loss }: LossPoint, { left, top }: { left: number; top: number }): string[] {
  const toLeft = left > (frame.left + frame.right) / 2;
  const above = top > frame.top + 40;
  return [
    `<circle class="line inkline" cx="${left}" cy="${top}" r="6"/>`,
    `<text class="small" x="${left + (toLeft ? -2 : 2)}" y="${above ? top - 12 : top + 22}" text-anchor="${toLeft ? "end" : "start"}">best: ${shownNumber(loss)} at step ${shownNumber(step)}</text>`,
  ];
}

function describe({ training, validation, best, unit, scale }: LossCurves): string {
  const told = (name: string, points: LossPoint[]) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return `There is no ${name} loss yet.`;
    return `The ${name} loss goes from ${shownNumber(first.loss)} at step ${shownNumber(first.step)} to ${shownNumber(last.loss)} at step ${shownNumber(last.step)}.`;
  };
  const bestTold =
    best === null
      ? ""
      : ` The best checkpoint is that of step ${shownNumber(best.step)}, with ${shownNumber(best.loss)}.`;
  const axis = scale === "log" ? ", on a logarithmic axis" : "";
  return `In ${unit}${axis}. ${told("training", training)} ${told("validation", validation)}${bestTold}`;
}

/** Means over equal shares of the points where there are more than can be told apart. */
function thinned(points: LossPoint[]): LossPoint[] {
  if (points.length <= mostPoints) return points;
  return Array.from({ length: mostPoints }, (_, share) => {
    const from = Math.floor((share * points.length) / mostPoints);
    const part = points.slice(from, Math.floor(((share + 1) * points.length) / mostPoints));
    return { step: part.at(-1)!.step, loss: part.reduce((sum, { loss }) => sum + loss, 0) / part.length };
  });
}
