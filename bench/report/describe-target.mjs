const measures = {
  peakShare: { about: "share of the multiply-add peak", show: (value) => `${(value * 100).toFixed(0)} %` },
  p99Growth: { about: "p99 while a job trains / idle p99", show: (value) => value.toFixed(2) },
};

/** One line: what was wanted, what was found. */
export function describeTarget({ part, row, peer, measure, least, most, value, isMet }) {
  const { about, show } = peer ? { about: `${peer} / ours`, show: (ratio) => ratio.toFixed(2) } : measures[measure];
  const verdict = isMet === null ? "not measured" : isMet ? "met" : "missed";
  const wanted = most === undefined ? `at least ${show(least)}` : `at most ${show(most)}`;
  const found = value === null ? "" : `, got ${show(value)}`;
  return `${verdict}: ${part}, ${row}: ${about} ${wanted}${found}`;
}
