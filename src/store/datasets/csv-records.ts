import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import type { FaultList } from "./fault-list.ts";

export interface CsvRecord {
  /** Line of the file where the record begins, counted from 1. */
  row: number;
  cells: string[];
}

/** An unclosed quote would otherwise swallow the rest of the file. */
const maximumRecordBytes = 16 * 1024 * 1024;

/** Records of a CSV text, the header first. Cells are trimmed; the delimiter is read from the header: comma, semicolon or tab. */
export async function* csvRecords(text: AsyncIterable<string>, faults: FaultList): AsyncGenerator<CsvRecord> {
  const source = text[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done) return;
  const parser = parse({
    delimiter: delimiterOf(first.value),
    trim: true,
    // Rows of the wrong length are told in words of our own.
    relax_column_count: true,
    max_record_size: maximumRecordBytes,
  });
  const feeding = pipeline(async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => source };
  }, parser);
  // The loop below sees the same error, from the parser.
  feeding.catch(() => {});
  try {
    // Counted here: the parser's own account of where it is takes as long as all the rest.
    let row = 1;
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (cells.length > 1 || cells[0] !== "") yield { row, cells };
      row++;
      for (const cell of cells) if (cell.includes("\n")) row += cell.split("\n").length - 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = Number((error as { lines?: number }).lines ?? 1);
    const message = `row ${row}: the CSV cannot be read: ${error.message}`;
    const hint = 'put cells that hold a quote in quotes, with the quote doubled: "a ""b"" c"';
    faults.stop({ pointer: `/file/row/${row}`, code: "csv", message, hint });
  } finally {
    await source.return?.();
  }
}

function delimiterOf(text: string): string {
  const header = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}
