import { alignedTable } from "./aligned-table.mjs";
import { formatTime } from "./format-time.mjs";

/**
 * A part's rows as a Markdown table: our time, then for each peer its time and the ratio, peer / ours, with the lowest and the highest of the
 * rounds. A time without a ratio says nothing: a row that met no peer is left out. Empty where there is none.
 */
export function tableOf(summaries) {
  const compared = summaries.filter(({ peers }) => Object.keys(peers).length > 0);
  if (compared.length === 0) return "";
  const peers = [...new Set(compared.flatMap(({ peers }) => Object.keys(peers)))];
  const hasShare = compared.some(({ measures }) => measures?.peakShare !== undefined);
  const header = [compared[0].unit, "Unroll", ...(hasShare ? ["of the peak"] : []), ...peers];
  const rows = compared.map((row) => [
    row.name,
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
