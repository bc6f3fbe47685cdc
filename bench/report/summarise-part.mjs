import { compare } from "../measure/compare.mjs";
import { median } from "../measure/median.mjs";

/** Medians, spreads and ratios of every row of a part, and its share of the multiply-add peak (GFLOP/s; null where unknown). */
export function summarisePart({ rows }, peakGflops) {
  return rows.map((row) => {
    const { time, peers } = compare(row);
    const summary = {
      name: row.name,
      unit: row.unit,
      time,
      peers,
      ...(row.measures ? { measures: row.measures } : {}),
    };
    if (row.flop !== undefined && peakGflops !== null) {
      const shares = row.rounds.map(({ times }) => row.flop / times[row.ours] / 1e6 / peakGflops);
      summary.measures = { ...summary.measures, peakShare: median(shares) };
    }
    return summary;
  });
}
