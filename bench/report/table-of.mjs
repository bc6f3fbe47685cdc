import { formatTime } from "./format-time.mjs";

/**
 * A part's rows as a Markdown table: our time, then for each peer its time and the ratio, peer / ours, with the lowest and the highest of the
 * rounds. No time stands without its ratio. Cells are padded, so that the table reads well as text too.
 */
export function tableOf(summaries) {
  const peers = [...new Set(summaries.flatMap(({ peers }) => Object.keys(peers)))];
  const hasShare = summaries.some(({ measures }) => measures?.peakShare !== undefined);
  const units = [...new Set(summaries.map(({ unit }) => unit))];
  const title = units.length === 1 ? units[0] : "time";
  const header = [title, "Unroll", ...(hasShare ? ["of the peak"] : []), ...peers];
  const rows = summaries.map((row) => [
    units.length === 1 ? row.name : `${row.name} (${row.unit})`,
    formatTime(row.time.median),
    ...(hasShare ? [shareOf(row)] : []),
    ...peers.map((peer) => peerCell(row.peers[peer])),
  ]);
  return alignedTable([header, ...rows]);
}

function shareOf({ measures }) {
  return measures?.peakShare === undefined ? "" : `${(measures.peakShare * 100).toFixed(0)} %`;
}

function peerCell(comparison) {
  if (comparison === undefined) return "";
  const { time, ratio } = comparison;
  return `${formatTime(time.median)} = **${formatRatio(ratio.median)}** (${formatRatio(ratio.min)}–${formatRatio(ratio.max)})`;
}

function formatRatio(ratio) {
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}x`;
}

function alignedTable([header, ...rows]) {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(header), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}
