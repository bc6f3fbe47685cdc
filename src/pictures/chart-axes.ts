import type { ScaleContinuousNumeric } from "d3-scale";
import { escapeXml } from "./escape-xml.ts";

export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

type Scale = ScaleContinuousNumeric<number, number>;

/** Grid lines, numbers and names of both axes. */
export function chartAxes(
  frame: Frame,
  x: { scale: Scale; name: string },
  y: { scale: Scale; name: string },
): string[] {
  const { left, top, right, bottom } = frame;
  const yTicks = y.scale.ticks(6);
  const xTicks = x.scale.ticks(8).filter(Number.isInteger);
  const yFormat = y.scale.tickFormat(6);
  const xFormat = x.scale.tickFormat(8);
  return [
    ...yTicks.map(
      (tick) => `<line class="grid" x1="${left}" x2="${right}" y1="${at(y.scale, tick)}" y2="${at(y.scale, tick)}"/>`,
    ),
    ...yTicks.map(
      (tick) =>
        `<text class="small soft" x="${left - 8}" y="${at(y.scale, tick)}" dy="0.35em" text-anchor="end">${escapeXml(yFormat(tick))}</text>`,
    ),
    `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    ...xTicks.flatMap((tick) => [
      `<line class="axis" x1="${at(x.scale, tick)}" x2="${at(x.scale, tick)}" y1="${bottom}" y2="${bottom + 5}"/>`,
      `<text class="small soft" x="${at(x.scale, tick)}" y="${bottom + 18}" text-anchor="middle">${escapeXml(xFormat(tick))}</text>`,
    ]),
    `<text class="soft" x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle">${escapeXml(x.name)}</text>`,
    `<text class="soft" transform="translate(${left - 52} ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(y.name)}</text>`,
  ];
}

/** A place on the paper, to a tenth of a pixel: pictures stay small. */
export function at(scale: (value: number) => number, value: number): number {
  return rounded(scale(value));
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
