import { arrow } from "./arrow.ts";
import { type DiagramLayer, diagramRows, type RowPlace } from "./diagram-rows.ts";
import { escapeXml } from "./escape-xml.ts";
import { shownNumber } from "./shown-number.ts";
import { svgDocument } from "./svg-document.ts";

export interface NetworkDiagram {
  name: string;
  /** From the inputs up. */
  layers: DiagramLayer[];
  /** What no box shows: dropout, normalisation. */
  notes: string[];
  /** Of the whole network; null while it is not known. */
  parameters: number | null;
}

const columns = { first: 408, step: 140 };
const boxWidth = 92;
const width = 880;
const margin = { top: 64, bottom: 66 };

/** A network unrolled in time: its layers from bottom to top, three steps from left to right, and what goes between them. */
export function networkDiagram({ name, layers, notes, parameters }: NetworkDiagram): string {
  const isLastOnly = layers.at(-1)?.output === "last_step";
  const steps = isLastOnly ? ["T\u22122", "T\u22121", "T"] : ["t\u22121", "t", "t+1"];
  const places = steps.map((_, column) => columns.first + column * columns.step);
  const { body, height } = drawRows(layers, { columns: places, boxWidth, endsHere: isLastOnly });
  const title = `${name}, unrolled in time`;
  const sum = parameters === null ? "parameters: known after the first job" : `${shownNumber(parameters)} parameters`;
  const middle = places[1]!;
  return svgDocument({
    ...{ width, height, title, description: describe(layers, [sum, ...notes]) },
    body: [
      `<text class="title" x="24" y="28">${escapeXml(title)}</text>`,
      `<text class="small soft" x="24" y="46">${escapeXml([sum, ...notes].join(" \u00b7 "))}</text>`,
      ...body,
      ...steps.map(
        (step, column) =>
          `<text class="soft" x="${places[column]}" y="${height - 42}" text-anchor="middle">${step}</text>`,
      ),
      `<text class="soft" x="${middle}" y="${height - 16}" text-anchor="middle">time</text>`,
      ...arrow([middle + 24, height - 20], [middle + 96, height - 20]),
    ],
  });
}

function drawRows(layers: DiagramLayer[], place: Omit<RowPlace, "middle">): { body: string[]; height: number } {
  const rows = diagramRows(layers);
  const height = margin.top + rows.reduce((sum, row) => sum + row.height, 0) + margin.bottom;
  const body: string[] = [];
  let bottom = height - margin.bottom;
  for (const [index, row] of rows.entries()) {
    const middle = bottom - row.height / 2;
    const top = bottom - row.height;
    body.push(...row.draw({ ...place, middle }), ...label(row, middle));
    const above = rows[index + 1];
    for (const [column, x] of place.columns.entries()) {
      const isLast = column === place.columns.length - 1;
      const goesUp = above !== undefined && (isLast || (row.output === "each_step" && above.takesAll));
      if (goesUp) body.push(...arrow([x, top + row.inset], [x, top - above.inset]));
    }
    bottom = top;
  }
  return { body, height };
}

function label({ title, shape, parameters }: DiagramLayer, middle: number): string[] {
  const count = parameters === null || parameters === 0 ? [] : [`${shownNumber(parameters)} parameters`];
  const lines = [...(shape === "" ? [] : [shape]), ...count];
  const first = middle - 7 * lines.length;
  return [
    `<text x="24" y="${first}" dy="0.35em">${escapeXml(title)}</text>`,
    ...lines.map(
      (line, index) =>
        `<text class="small soft" x="24" y="${first + 16 + index * 14}" dy="0.35em">${escapeXml(line)}</text>`,
    ),
  ];
}

function describe(layers: DiagramLayer[], notes: string[]): string {
  const told = layers.map(({ title, shape, parameters }) => {
    const count = parameters === null || parameters === 0 ? "" : `, ${shownNumber(parameters)} parameters`;
    return `${title}${shape === "" ? "" : ` ${shape}`}${count}`;
  });
  return `From bottom to top: ${told.join("; ")}. ${notes.join("; ")}.`;
}
