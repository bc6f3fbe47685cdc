const bars = "▁▂▃▄▅▆▇█";

/** A row of bars for the values, at most `width` of them: each bar is the mean of its share. Empty for no values. */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.min(width, values.length);
  const means = Array.from({ length: count }, (_, index) => {
    const share = values.slice(
      Math.floor((index * values.length) / count),
      Math.floor(((index + 1) * values.length) / count),
    );
    return share.reduce((sum, value) => sum + value, 0) / share.length;
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low || 1;
  return means.map((mean) => bars[Math.round(((mean - low) / span) * (bars.length - 1))]).join("");
}
