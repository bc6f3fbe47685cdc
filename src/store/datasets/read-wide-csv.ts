import { cellPointer } from "./cell-pointer.ts";
import type { CsvRecord } from "./csv-records.ts";
import { type FaultList, shown } from "./fault-list.ts";
import { type IncomingSeries, idFault } from "./incoming-series.ts";
import { nextTurn } from "./next-turn.ts";
import { readNumberCell, readTimeCell } from "./read-cell.ts";

export interface WideCsv {
  header: string[];
  faults: FaultList;
}

/** Columns are turned into series in memory. */
const maximumCellsInMemory = 5_000_000;

/** A series in each row: id, then its values. Empty cells before its first and after its last value are not part of it. */
export async function* readSeriesInRows(
  records: AsyncIterable<CsvRecord>,
  { header, faults, times }: WideCsv & { times: string[] | null },
): AsyncGenerator<IncomingSeries> {
  for await (const { row, cells } of records) {
    if (cells.length > header.length) {
      const message = `row ${row}: expected at most ${header.length} columns as in the header, got ${cells.length}`;
      faults.add({ pointer: `/file/row/${row}`, code: "columns", message });
      continue;
    }
    const id = cells[0]!;
    const wrong = idFault(id);
    if (wrong !== null) {
      const message = `row ${row}: ${wrong}`;
      faults.add({ pointer: cellPointer(row, header[0]), code: "id", message });
      continue;
    }
    const idPointer = cellPointer(row, header[0]);
    const place = { idPointer, row: () => row, column: (index: number) => header[index + 1]! };
    const values = cells
      .slice(1)
      .map((cell, index) => readValue(cell, { faults, row, column: place.column(index), id }));
    yield trimmed({ id, values, times }, place, (index) => `row ${row}, column ${place.column(index)}`);
  }
}

/** A series in each column but the first, which holds the times. Empty cells before its first and after its last value are not part of it. */
export async function* readSeriesInColumns(
  records: AsyncIterable<CsvRecord>,
  { header, faults }: WideCsv,
): AsyncGenerator<IncomingSeries> {
  const times: string[] = [];
  const rows: number[] = [];
  const columns = header.slice(1).map((): number[] => []);
  for await (const { row, cells } of records) {
    if (cells.length !== header.length) {
      const message = `row ${row}: expected ${header.length} columns as in the header, got ${cells.length}`;
      faults.add({ pointer: `/file/row/${row}`, code: "columns", message });
      continue;
    }
    if (times.length * columns.length > maximumCellsInMemory) {
      const message = `row ${row}: expected at most ${maximumCellsInMemory} cells in a file with series in columns`;
      faults.stop({
        pointer: `/file/row/${row}`,
        code: "size",
        message,
        hint: "send one value a row, or a series a row",
      });
    }
    times.push(readTimeCell(cells[0]!));
    rows.push(row);
    for (const [index, values] of columns.entries()) {
      const column = header[index + 1]!;
      values.push(readValue(cells[index + 1]!, { faults, row, column, id: column }));
    }
  }
  if (times.length === 0) return;
  for (const [index, values] of columns.entries()) {
    await nextTurn();
    const id = header[index + 1]!;
    const wrong = idFault(id);
    if (wrong !== null) {
      const message = `row 1, column ${index + 2}: ${wrong}`;
      faults.add({ pointer: "/file/row/1", code: "id", message, hint: "name every column after its series" });
      continue;
    }
    const place = { idPointer: cellPointer(1, id), row: (at: number) => rows[at]!, column: () => id };
    yield trimmed({ id, values, times }, place, (at) => `row ${rows[at]}`);
  }
}

function readValue(
  cell: string,
  { faults, row, column, id }: { faults: FaultList; row: number; column: string; id: string },
): number {
  const value = readNumberCell(cell);
  if (typeof value === "number") return value;
  const message = `row ${row}, column ${column}${id === column ? "" : ` (series ${shown(id)})`}: ${value.message}`;
  faults.add({ ...value, pointer: cellPointer(row, column), code: "number", message });
  return 0;
}

function trimmed(
  { id, values, times }: { id: string; values: number[]; times: string[] | null },
  { idPointer, row, column }: { idPointer: string; row(index: number): number; column(index: number): string },
  place: (index: number) => string,
): IncomingSeries {
  const isPresent = (value: number) => !Number.isNaN(value);
  // A series of missing values only stays as it is, for the check that refuses it.
  const first = Math.max(0, values.findIndex(isPresent));
  const last = values.findLastIndex(isPresent);
  const end = last < 0 ? values.length : last + 1;
  return {
    id,
    timestamps: times?.slice(first, end),
    values: values.slice(first, end),
    pointer: (field, index) =>
      field === "id" ? idPointer : cellPointer(row(first + (index ?? 0)), column(first + (index ?? 0))),
    place: (index) => place(first + index),
  };
}
