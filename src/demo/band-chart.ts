export interface BandChartInput {
  /** Observed values, oldest first; null where one is missing. */
  history: readonly (number | null)[];
  median: readonly number[];
  lower: readonly number[];
  upper: readonly number[];
  /** What came in truth, where it is known. */
  actual?: readonly (number | null)[];
}

const marks = { band: "░", history: "•", median: "●", actual: "×" };

/** History and forecast as text: `rows` lines, a column for each step, an axis of values at the left. */
export function bandChart({ history, median, lower, upper, actual = [] }: BandChartInput, rows = 14): string {
  const seen = [...history, ...median, ...lower, ...upper, ...actual].filter((value) => value !== null);
  const low = Math.min(...seen);
  const step = (Math.max(...seen) - low || 1) / (rows - 1);
  const row = (value: number) => rows - 1 - Math.round((value - low) / step);
  const columns = history.length + median.length;
  const grid = Array.from({ length: rows }, () => Array<string>(columns).fill(" "));
  const put = (column: number, value: number | null | undefined, mark: string) => {
    if (value !== null && value !== undefined) grid[row(value)][column] = mark;
  };
  for (const [index, value] of history.entries()) put(index, value, marks.history);
  for (const [index, value] of median.entries()) {
    const column = history.length + index;
    for (let line = row(upper[index]); line <= row(lower[index]); line++) grid[line][column] = marks.band;
    put(column, value, marks.median);
    put(column, actual[index], marks.actual);
  }
  const label = (line: number) => formatValue(low + (rows - 1 - line) * step).padStart(9);
  const lines = grid.map((cells, line) => `${line % 3 === 0 ? label(line) : " ".repeat(9)} │${cells.join("")}`);
  const legend = `${marks.history} history   ${marks.median} median   ${marks.band} 80 % band${actual.length > 0 ? `   ${marks.actual} what came` : ""}`;
  return [...lines, `${" ".repeat(9)} └${"─".repeat(columns)}`, `${" ".repeat(11)}${legend}`].join("\n");
}

function formatValue(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  return value.toFixed(digits);
}
