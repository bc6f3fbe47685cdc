import { arrow } from "./arrow.ts";
import { escapeXml } from "./escape-xml.ts";

/** A part of a network, as its diagram and its description name it. */
export interface DiagramLayer {
  kind: "input" | "dense" | "recurrent" | "attention" | "output";
  /** At the side: `LSTM, layer 1`. */
  title: string;
  /** In the boxes. */
  sign: string;
  /** Of what it gives: `[batch, time, 128]`. */
  shape: string;
  /** null while not known. */
  parameters: number | null;
  /** Recurrent: from both ends. */
  bidirectional?: boolean;
  /** Whether it gives something at each step, or at the last alone. */
  output: "each_step" | "last_step";
}

export interface RowPlace {
  middle: number;
  /** Of the three steps. */
  columns: number[];
  boxWidth: number;
  /** The sequence ends with the last of them. */
  endsHere: boolean;
}

export interface DiagramRow extends DiagramLayer {
  height: number;
  /** From the row's edge to its boxes: as far as arrows come in. */
  inset: number;
  /** What comes from below goes into it at every step. */
  takesAll: boolean;
  draw(place: RowPlace): string[];
}

const boxHeight = 38;
const rowHeight = 78;
const laneGap = 10;
/** More recurrent layers than this are drawn as the first, the last, and dots. */
const mostLayers = 4;

/** The rows of a diagram from bottom to top. */
export function diagramRows(layers: DiagramLayer[]): DiagramRow[] {
  const recurrent = layers.filter(({ kind }) => kind === "recurrent");
  const hidden = new Set(recurrent.length > mostLayers ? recurrent.slice(1, -1) : []);
  return layers.flatMap((layer) => {
    if (!hidden.has(layer)) return [rowOf(layer)];
    return layer === recurrent[1] ? [dots(layer, hidden.size)] : [];
  });
}

function rowOf(layer: DiagramLayer): DiagramRow {
  const drawn = layer.bidirectional ? 2 * boxHeight + laneGap : boxHeight;
  const inset = (rowHeight - boxHeight) / 2;
  const isWide = layer.kind === "attention" || layer.kind === "recurrent";
  const takesAll = isWide || layer.output === "each_step";
  return { ...layer, height: drawn + 2 * inset, inset, takesAll, draw: (place) => drawRow(layer, place) };
}

function drawRow(layer: DiagramLayer, place: RowPlace): string[] {
  const { middle, columns, boxWidth } = place;
  const { kind, sign } = layer;
  const [first, last] = [columns[0]!, columns.at(-1)!];
  if (kind === "attention") {
    return box({ x: (first + last) / 2, middle, width: last - first + boxWidth, sign, looks: "box" });
  }
  if (kind !== "recurrent") {
    const shown = layer.output === "last_step" ? [last] : columns;
    const looks = kind === "dense" ? "box" : "box round";
    return shown.flatMap((x) => box({ x, middle, width: boxWidth, sign, looks }));
  }
  if (!layer.bidirectional) return lane(place, sign, false);
  const offset = (boxHeight + laneGap) / 2;
  return [
    ...lane({ ...place, middle: middle - offset }, `\u2190 ${sign}`, true),
    ...lane({ ...place, middle: middle + offset }, `${sign} \u2192`, false),
  ];
}

/** Cells of one direction and the state that goes from each to the next; dots where the sequence goes on. */
function lane({ middle, columns, boxWidth, endsHere }: RowPlace, sign: string, isBackward: boolean): string[] {
  const half = boxWidth / 2;
  const gap = columns[1]! - columns[0]! - boxWidth;
  const starts = [columns[0]! - gap - half, ...columns.map((x) => x + half)].slice(0, endsHere ? -1 : undefined);
  const goesOn = [starts[0]! - 14, ...(endsHere ? [] : [starts.at(-1)! + gap + 14])];
  return [
    ...starts.flatMap((x) =>
      isBackward ? arrow([x + gap, middle], [x, middle]) : arrow([x, middle], [x + gap, middle]),
    ),
    ...goesOn.map((x) => `<text class="soft" x="${x}" y="${middle}" dy="0.3em" text-anchor="middle">\u22ef</text>`),
    ...columns.flatMap((x) => box({ x, middle, width: boxWidth, sign, looks: "box strong" })),
  ];
}

interface Box {
  x: number;
  middle: number;
  width: number;
  sign: string;
  looks: string;
}

function box({ x, middle, width, sign, looks }: Box): string[] {
  const radius = looks.includes("round") ? boxHeight / 2 : 6;
  return [
    `<rect class="${looks}" x="${x - width / 2}" y="${middle - boxHeight / 2}" width="${width}" height="${boxHeight}" rx="${radius}"/>`,
    `<text x="${x}" y="${middle}" dy="0.35em" text-anchor="middle">${escapeXml(sign)}</text>`,
  ];
}

function dots(layer: DiagramLayer, count: number): DiagramRow {
  return {
    ...{ ...layer, title: `${count} more layers like it`, shape: "", parameters: null },
    ...{ height: 44, inset: 8, takesAll: true },
    draw: ({ middle, columns }) =>
      columns.map((x) => `<text class="soft" x="${x}" y="${middle}" dy="0.35em" text-anchor="middle">\u22ee</text>`),
  };
}
