import { scaleBand } from "d3-scale";
import { rounded } from "./chart-axes.ts";
import { escapeXml } from "./escape-xml.ts";
import { svgDocument } from "./svg-document.ts";

export interface AttentionMap {
  name: string;
  /** How much each output (row) looked at each step (column): a row sums to 1. */
  weights: number[][];
  /** What stands at each step: characters of a text, or step numbers. */
  columns: string[];
  rows: string[];
}

const side = 480;
const margin = { left: 84, top: 64, right: 96, bottom: 56 };
/** Labels further apart than this do not touch. */
const labelSpace = 16;

/** Attention as a heat map: a row for each output, a column for each step, the darker the more it looked there. */
export function attentionMap({ name, weights, columns, rows }: AttentionMap): string {
  const cell = Math.min(40, side / Math.max(columns.length, rows.length));
  const [plotWidth, plotHeight] = [cell * columns.length, cell * rows.length];
  const x = scaleBand(
    columns.map((_, index) => index),
    [margin.left, margin.left + plotWidth],
  );
  const y = scaleBand(
    rows.map((_, index) => index),
    [margin.top, margin.top + plotHeight],
  );
  const strongest = Math.max(...weights.flat(), Number.MIN_VALUE);
  const width = Math.max(420, Math.ceil(margin.left + plotWidth + margin.right));
  const height = Math.ceil(margin.top + plotHeight + margin.bottom);
  const squares = weights.flatMap((row, output) =>
    row.flatMap((weight, step) => {
      const opacity = Math.round((weight / strongest) * 100) / 100;
      if (opacity === 0) return [];
      return `<rect class="fill-first" x="${rounded(x(step)!)}" y="${rounded(y(output)!)}" width="${rounded(cell)}" height="${rounded(cell)}" fill-opacity="${opacity}"/>`;
    }),
  );
  const title = `Attention of ${name}`;
  const every = Math.max(1, Math.ceil(labelSpace / cell));
  return svgDocument({
    ...{ width, height, title, description: describe(weights, rows, columns) },
    body: [
      `<text class="title" x="${margin.left}" y="26">${escapeXml(title)}</text>`,
      `<text class="small soft" x="${margin.left}" y="44">each row is an output, and shows which steps it looked at</text>`,
      `<rect class="axis" x="${margin.left}" y="${margin.top}" width="${rounded(plotWidth)}" height="${rounded(plotHeight)}"/>`,
      ...squares,
      ...labels(
        columns,
        every,
        (index) =>
          `x="${rounded(x(index)! + cell / 2)}" y="${rounded(margin.top + plotHeight + 16)}" text-anchor="middle"`,
      ),
      ...labels(
        rows,
        every,
        (index) => `x="${margin.left - 8}" y="${rounded(y(index)! + cell / 2)}" dy="0.35em" text-anchor="end"`,
      ),
      `<text class="soft" x="${rounded(margin.left + plotWidth / 2)}" y="${rounded(margin.top + plotHeight + 40)}" text-anchor="middle">step looked at</text>`,
      `<text class="soft" transform="translate(${margin.left - 48} ${rounded(margin.top + plotHeight / 2)}) rotate(-90)" text-anchor="middle">output</text>`,
      ...key(margin.left + plotWidth + 20, strongest),
    ],
  });
}

function labels(names: string[], every: number, place: (index: number) => string): string[] {
  return names.flatMap((name, index) =>
    index % every === 0 ? [`<text class="small" ${place(index)}>${escapeXml(name)}</text>`] : [],
  );
}

/** What a shade means. */
function key(left: number, strongest: number): string[] {
  return [1, 0.75, 0.5, 0.25].flatMap((share, index) => [
    `<rect class="fill-first" x="${rounded(left)}" y="${margin.top + index * 18}" width="14" height="14" fill-opacity="${share}"/>`,
    `<text class="small soft" x="${rounded(left + 20)}" y="${margin.top + index * 18 + 11}">${(share * strongest).toFixed(2)}</text>`,
  ]);
}

function describe(weights: number[][], rows: string[], columns: string[]): string {
  const told = weights.slice(0, 40).map((row, output) => {
    const step = row.indexOf(Math.max(...row));
    return `${rows[output]} at ${columns[step]} (${row[step]!.toFixed(2)})`;
  });
  const more = weights.length > 40 ? `, and ${weights.length - 40} more` : "";
  return `What each output looked at most: ${told.join(", ")}${more}.`;
}
