import { compare } from "../measure/compare.mjs";
import { median } from "../measure/median.mjs";

/** Medians, spreads and ratios of every row of a part, and its share of the multiply-add peak (GFLOP/s; null where unknown). */
export function summarisePart({ rows }, peakGflops) {
  return rows.map(({ rounds, ours, peers: variants, parity: _, loads: __, ...row }) => {
    const { time, peers } = compare({ ours, peers: variants, rounds });
    if (row.flop === undefined || peakGflops === null) return { ...row, time, peers };
    const shares = rounds.map(({ times }) => row.flop / times[ours] / 1e6 / peakGflops);
    return { ...row, time, peers, measures: { ...row.measures, peakShare: median(shares) } };
  });
}
