import { rounded } from "./chart-axes.ts";

type Point = [x: number, y: number];

const tip = { length: 7, half: 3.5 };

/** A straight arrow, its tip drawn: a marker would need an id, and pictures share a page. */
export function arrow(from: Point, to: Point): string[] {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const neck: Point = [to[0] - ux * tip.length, to[1] - uy * tip.length];
  const side: Point = [uy * tip.half, -ux * tip.half];
  const corners: Point[] = [to, [neck[0] + side[0], neck[1] + side[1]], [neck[0] - side[0], neck[1] - side[1]]];
  const points = corners.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(" ");
  return [
    `<line class="arrow" x1="${rounded(from[0])}" y1="${rounded(from[1])}" x2="${rounded(neck[0])}" y2="${rounded(neck[1])}"/>`,
    `<polygon class="tip" points="${points}"/>`,
  ];
}
