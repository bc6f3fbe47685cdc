/**
 * Each target with its verdict: met, missed or not measured (null), and the value found. A target names a part and a row, and a peer (the
 * median ratio, peer / ours, is at least `least`) or a measure of the row (at least `least`, or at most `most`).
 */
export function judgeTargets(targets, summaries) {
  return targets.map((target) => {
    const row = summaries[target.part]?.find(({ name }) => name === target.row);
    const found = target.peer ? row?.peers[target.peer]?.ratio.median : row?.measures?.[target.measure];
    if (found === undefined || found === null) return { ...target, value: null, isMet: null };
    return { ...target, value: found, isMet: target.most === undefined ? found >= target.least : found <= target.most };
  });
}
