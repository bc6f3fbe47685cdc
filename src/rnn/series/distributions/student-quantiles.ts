import library from "jstat";
import { normalShare } from "./normal-share.ts";

const nodesAUnit = 16;
const furthestScore = 8;
const mostTables = 256;
const [fewestDegrees, mostDegrees] = [2, 200];

/** By tenths of degrees of freedom; the oldest goes first. */
const tables = new Map<number, Float64Array>();

/** asinh of the quantile at scores 0, 1/16, ... 8: nearly straight, so that lines between them are right to one part in 10,000. */
function tableOf(degrees: number): Float64Array {
  const known = tables.get(degrees);
  if (known !== undefined) return known;
  const table = Float64Array.from({ length: furthestScore * nodesAUnit + 1 }, (_, node) =>
    node === 0 ? 0 : Math.asinh(-library.jStat.studentt.inv(normalShare(-node / nodesAUnit), degrees)),
  );
  if (tables.size >= mostTables) tables.delete(tables.keys().next().value!);
  tables.set(degrees, table);
  return table;
}

/**
 * Quantiles of Student's t at the shares that a standard normal distribution has below a score. Degrees of freedom count in tenths,
 * up to 200; read from a table, because a request asks for thousands.
 */
export function studentQuantiles(degrees: number): (score: number) => number {
  const table = tableOf(Math.round(Math.min(Math.max(degrees, fewestDegrees), mostDegrees) * 10) / 10);
  return (score) => {
    const place = Math.min(Math.abs(score), furthestScore) * nodesAUnit;
    const node = Math.min(Math.floor(place), table.length - 2);
    const share = place - node;
    return Math.sign(score) * Math.sinh(table[node]! * (1 - share) + table[node + 1]! * share);
  };
}
