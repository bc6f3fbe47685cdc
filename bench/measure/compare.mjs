import { median } from "./median.mjs";

/** Of one contender over all rounds. */
function spread(samples) {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples) };
}

/**
 * Ours against each peer of a row: {ours, peers: {peer: [names of its variants]}, rounds: [{times}]}.
 * Of a peer's variants the one with the lowest median stands for it. Its ratio is taken round by round, peer / ours, so that
 * what slows both slows neither; the median of those ratios is the result, with the lowest and the highest.
 */
export function compare({ ours, peers, rounds }) {
  const samplesOf = (name) => rounds.map(({ times }) => times[name]).filter((time) => time !== undefined);
  const comparisons = {};
  for (const [peer, variants] of Object.entries(peers)) {
    const measured = variants.filter((name) => samplesOf(name).length > 0);
    if (measured.length === 0) continue;
    const best = measured.reduce((one, other) => (median(samplesOf(other)) < median(samplesOf(one)) ? other : one));
    const both = rounds.filter(({ times }) => times[best] !== undefined && times[ours] !== undefined);
    const ratios = both.map(({ times }) => times[best] / times[ours]);
    comparisons[peer] = { variant: best, time: spread(samplesOf(best)), ratio: spread(ratios) };
  }
  return { time: spread(samplesOf(ours)), peers: comparisons };
}
