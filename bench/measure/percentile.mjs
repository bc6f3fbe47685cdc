/** The smallest number that at least `share` of them do not exceed (nearest rank). NaN for none. */
export function percentile(numbers, share) {
  if (numbers.length === 0) return Number.NaN;
  const sorted = [...numbers].sort((low, high) => low - high);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
