import { cellPointer } from "./cell-pointer.ts";
import type { CsvRecord } from "./csv-records.ts";
import { type FaultList, shown } from "./fault-list.ts";
import { type IncomingSequence, maximumNumbers, maximumSteps } from "./incoming-sequence.ts";
import { idFault } from "./incoming-series.ts";
import { readNumberCell } from "./read-cell.ts";
import type { SequenceColumns } from "./sequence-columns.ts";

export interface SequenceCsv {
  header: string[];
  columns: SequenceColumns;
  faults: FaultList;
}

interface Row {
  row: number;
  id: string;
  inputs: number[];
  /** null where all its cells are empty. */
  targets: number[] | null;
}

/** A step a row; the rows of a sequence lie together. Targets stand in every row of a sequence, or in its last alone. */
export async function* readSequenceCsv(
  records: AsyncIterable<CsvRecord>,
  csv: SequenceCsv,
): AsyncGenerator<IncomingSequence> {
  const done = new Set<string>();
  let rows: Row[] = [];
  let lastStep: number | null = null;
  for await (const record of records) {
    const next = readRow(record, csv);
    if (next === null) continue;
    if (rows.length > 0 && rows[0]!.id !== next.id) {
      const sequence = finish(rows, csv);
      if (sequence !== null) yield sequence;
      done.add(rows[0]!.id);
      rows = [];
      lastStep = null;
    }
    if (rows.length === 0 && done.has(next.id)) {
      const message = `row ${next.row}: expected the rows of sequence ${shown(next.id)} together, found it again after another one`;
      csv.faults.stop({ pointer: `/file/row/${next.row}`, code: "order", message, hint: "sort by sequence and step" });
    }
    lastStep = checkStep(record, lastStep, csv);
    rows.push(next);
    checkSize(rows, csv);
  }
  const sequence = rows.length > 0 ? finish(rows, csv) : null;
  if (sequence !== null) yield sequence;
}

function readRow({ row, cells }: CsvRecord, { header, columns, faults }: SequenceCsv): Row | null {
  if (cells.length !== header.length) {
    const message = `row ${row}: expected ${header.length} columns as in the header, got ${cells.length}`;
    faults.add({ pointer: `/file/row/${row}`, code: "columns", message });
    return null;
  }
  const id = cells[columns.sequence]!;
  const wrong = idFault(id);
  if (wrong !== null) {
    const message = `row ${row}: ${wrong}`;
    faults.add({ pointer: cellPointer(row, header[columns.sequence]), code: "id", message });
    return null;
  }
  const number = (column: number): number => {
    const value = readNumberCell(cells[column]!);
    if (typeof value === "number" && !Number.isNaN(value)) return value;
    const found = JSON.stringify(shown(cells[column]!));
    const message = `row ${row}, column ${header[column]} (sequence ${shown(id)}): expected a number, got ${found}`;
    const hint = "a sequence has no missing values: fill them in, or cut it in two";
    const pointer = cellPointer(row, header[column]);
    faults.add({ pointer, code: "number", message, value: shown(cells[column]!), hint });
    return 0;
  };
  const isEmpty = columns.targets.every((column) => cells[column] === "");
  return { row, id, inputs: columns.inputs.map(number), targets: isEmpty ? null : columns.targets.map(number) };
}

/** Steps count up by one from wherever they begin. */
function checkStep({ row, cells }: CsvRecord, last: number | null, { header, columns, faults }: SequenceCsv) {
  if (columns.step === null) return null;
  const cell = cells[columns.step]!;
  const step = readNumberCell(cell);
  const isNext = typeof step === "number" && Number.isSafeInteger(step) && (last === null || step === last + 1);
  if (isNext) return step;
  const expected = last === null ? "a whole number" : `step ${last + 1} after ${last}`;
  const message = `row ${row}: expected ${expected}, got ${JSON.stringify(shown(cell))}`;
  const pointer = cellPointer(row, header[columns.step]);
  const hint = "sort the rows of a sequence by step, without gaps; or leave the column out";
  faults.add({ pointer, code: "step", message, value: shown(cell), hint });
  return typeof step === "number" && Number.isSafeInteger(step) ? step : last;
}

function checkSize(rows: Row[], { faults, columns }: SequenceCsv): void {
  const numbers = rows.length * (columns.inputs.length + columns.targets.length);
  if (rows.length <= maximumSteps && numbers <= maximumNumbers) return;
  const { row, id } = rows.at(-1)!;
  const message = `row ${row}: expected at most ${maximumSteps} steps and ${maximumNumbers} numbers in sequence ${shown(id)}`;
  faults.stop({ pointer: `/file/row/${row}`, code: "size", message, hint: "cut it into shorter sequences" });
}

function finish(rows: Row[], { header, columns, faults }: SequenceCsv): IncomingSequence | null {
  const { id } = rows[0]!;
  const targeted = rows.filter(({ targets }) => targets !== null);
  const onlyLast = targeted.length === 1 && rows.at(-1)!.targets !== null;
  if (targeted.length !== rows.length && !onlyLast) {
    const wrong = rows.find(({ targets }, index) => targets === null || index < rows.length - 1)!;
    const { row } = targeted.length === 0 ? rows.at(-1)! : wrong;
    const message = `row ${row}: expected targets in every row of sequence ${shown(id)}, or in its last alone, got them in ${targeted.length} of ${rows.length}`;
    faults.add({ pointer: cellPointer(row, header[columns.targets[0]!]), code: "targets", message });
    return null;
  }
  const rowOf = (part: "inputs" | "targets", step: number) => (part === "inputs" ? rows : targeted)[step]!.row;
  return {
    name: `sequence ${shown(id)}`,
    inputs: rows.map(({ inputs }) => inputs),
    targets: targeted.map(({ targets }) => targets!),
    pointer: (part, step) => cellPointer(rowOf(part, step), header[columns[part][0]!]),
    place: (part, step) => `row ${rowOf(part, step)}`,
  };
}
