import { cellPointer } from "./cell-pointer.ts";
import type { CsvLayout } from "./csv-layout.ts";
import type { CsvRecord } from "./csv-records.ts";
import { type FaultList, shown } from "./fault-list.ts";
import { type IncomingSeries, idFault, maximumSeriesLength } from "./incoming-series.ts";
import { readNumberCell, readTimeCell } from "./read-cell.ts";

type LongLayout = Extract<CsvLayout, { layout: "long" }>;

export interface LongCsv {
  header: string[];
  layout: LongLayout;
  faults: FaultList;
  /** Id of the one series of a file without an id column. */
  name: string;
  /** All rows in memory, for files whose series do not lie together. */
  wholeFile: boolean;
}

/** A series came back after another one had begun: the file has to be read again, with `wholeFile`. */
export class SeriesNotTogether extends Error {}

const rowsInHand = 50_000;
const maximumRowsInMemory = 5_000_000;

/**
 * One value a row. A series is handed on when others have begun and enough rows are waiting, so that a file whose series
 * take turns is known as such before a part of one is taken for a whole; with `wholeFile`, all are at the end.
 */
export async function* readLongCsv(records: AsyncIterable<CsvRecord>, csv: LongCsv): AsyncGenerator<IncomingSeries> {
  const building = new Map<string, Rows>();
  const begun = new Set<string>();
  const times = new Map<string, string>();
  let current: string | null = null;
  let waiting = 0;
  for await (const record of records) {
    const read = readRow(record, csv);
    if (read === null) continue;
    if (read.id !== current && !csv.wholeFile) {
      if (begun.has(read.id)) throw new SeriesNotTogether();
      begun.add(read.id);
      if (waiting >= rowsInHand) {
        for (const [id, rows] of building) yield rows.series(id, csv);
        building.clear();
        waiting = 0;
      }
    }
    current = read.id;
    const series = building.get(read.id) ?? new Rows();
    building.set(read.id, series);
    // Series that share their times share the strings.
    series.add(read.value, csv.wholeFile ? shared(times, read.time) : read.time, record.row);
    checkSize(csv, { id: read.id, length: series.length, rows: ++waiting, row: record.row });
  }
  for (const [id, rows] of building) yield rows.series(id, csv);
}

function shared(strings: Map<string, string>, text: string): string {
  const found = strings.get(text);
  if (found !== undefined) return found;
  strings.set(text, text);
  return text;
}

class Rows {
  readonly #values: number[] = [];
  readonly #times: string[] = [];
  readonly #rows: number[] = [];

  get length(): number {
    return this.#values.length;
  }

  add(value: number, time: string, row: number): void {
    this.#values.push(value);
    this.#times.push(time);
    this.#rows.push(row);
  }

  series(id: string, { header, layout }: LongCsv): IncomingSeries {
    const rows = this.#rows;
    const columns = { id: layout.id, start: layout.time, timestamps: layout.time, target: layout.value };
    return {
      id,
      timestamps: layout.time === null ? undefined : this.#times,
      values: this.#values,
      pointer: (field, index) => cellPointer(rows[index ?? 0], header[columns[field] ?? 0]),
      place: (index) => `row ${rows[index]}`,
    };
  }
}

function readRow({ row, cells }: CsvRecord, { header, layout, faults, name }: LongCsv) {
  if (cells.length !== header.length) {
    const message = `row ${row}: expected ${header.length} columns as in the header, got ${cells.length}`;
    faults.add({ pointer: `/file/row/${row}`, code: "columns", message });
    return null;
  }
  const id = layout.id === null ? name : cells[layout.id]!;
  const wrong = idFault(id);
  if (wrong !== null) {
    const message = `row ${row}: ${wrong}`;
    faults.add({ pointer: cellPointer(row, header[layout.id!]), code: "id", message });
    return null;
  }
  const value = readNumberCell(cells[layout.value]!);
  const time = layout.time === null ? "" : readTimeCell(cells[layout.time]!);
  if (typeof value === "number") return { id, value, time };
  const column = header[layout.value]!;
  const message = `row ${row}, column ${column}${layout.id === null ? "" : ` (series ${shown(id)})`}: ${value.message}`;
  faults.add({ ...value, pointer: cellPointer(row, column), code: "number", message });
  // The row keeps its place, so that the fault is not told a second time as a gap.
  return { id, value: 0, time };
}

function checkSize(
  csv: LongCsv,
  { id, length, rows, row }: { id: string; length: number; rows: number; row: number },
): void {
  const pointer = `/file/row/${row}`;
  if (length > maximumSeriesLength) {
    const message = `row ${row}: expected at most ${maximumSeriesLength} values in series ${shown(id)}`;
    csv.faults.stop({ pointer, code: "size", message, hint: "aggregate the values to a coarser frequency" });
  }
  if (csv.wholeFile && rows > maximumRowsInMemory) {
    const message = `row ${row}: expected at most ${maximumRowsInMemory} rows in a file that is not sorted by series`;
    csv.faults.stop({ pointer, code: "size", message, hint: "sort the rows by series, then by time" });
  }
}
