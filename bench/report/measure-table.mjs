import { alignedTable } from "./aligned-table.mjs";
import { formatTime } from "./format-time.mjs";

const columns = {
  perSecond: "a second",
  p50Ms: "p50 ms",
  p99Ms: "p99 ms",
  firstP99Ms: "first text p99 ms",
  serverCpuUs: "server CPU us",
};

/** What else was measured of each contender of the rows, {name: {perSecond, p50Ms, ...}}; empty where nothing was. */
export function measureTable(summaries) {
  const lines = summaries.flatMap(({ name, measures }) =>
    Object.entries(measures?.contenders ?? {}).map(([contender, values]) => ({ name, contender, values })),
  );
  if (lines.length === 0) return "";
  const shown = Object.keys(columns).filter((column) => lines.some(({ values }) => values[column] !== undefined));
  return alignedTable([
    ["served", "by", ...shown.map((column) => columns[column])],
    ...lines.map(({ name, contender, values }) => [
      name,
      contender,
      ...shown.map((column) => (values[column] == null ? "" : formatTime(values[column]))),
    ]),
  ]);
}
