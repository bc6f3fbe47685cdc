import type { ErrorDetail } from "../../errors.ts";
import { shown } from "./fault-list.ts";

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const missing = /^(null|na)?$/i;

/** A number, or NaN for a missing one: an empty cell, `null` or `NA`; a message and a hint for anything else. */
export function readNumberCell(cell: string): number | Pick<ErrorDetail, "message" | "value" | "hint"> {
  if (number.test(cell)) return Number(cell);
  if (missing.test(cell)) return Number.NaN;
  const message = `expected a number, or nothing where a value is missing, got ${JSON.stringify(shown(cell))}`;
  return { message, value: shown(cell), hint: hintFor(cell) };
}

function hintFor(cell: string): string {
  if (/^[+-]?(nan|inf|infinity)$/i.test(cell)) return "leave the cell empty where a value is missing";
  if (/^[+-]?\d+,\d+$/.test(cell)) return "write numbers with a decimal point and without separators: 1234.5";
  if (/^[+-]?\d{1,3}([,' ]\d{3})+(\.\d*)?$/.test(cell)) return "write numbers without separators: 1234.5";
  if (/%|[$€£]/.test(cell)) return "leave out signs and units";
  return "correct the cell, or leave it empty";
}

/** Months and years alone stand for their first day: `1949-01` is 1949-01-01, `1949` too. Anything else stays as it is. */
export function readTimeCell(cell: string): string {
  if (/^\d{4}-\d{2}$/.test(cell)) return `${cell}-01`;
  return /^\d{4}$/.test(cell) ? `${cell}-01-01` : cell;
}
