/** Middle of the numbers; the mean of the two in the middle where they are even. NaN for none. */
export function median(numbers) {
  const sorted = [...numbers].sort((low, high) => low - high);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}
