import { createReadStream } from "node:fs";
import type { Series } from "../../schemas/datasets.ts";
import { csvLayout } from "./csv-layout.ts";
import { type CsvRecord, csvRecords } from "./csv-records.ts";
import { FaultList } from "./fault-list.ts";
import type { IncomingFile } from "./incoming-file.ts";
import type { IncomingSeries } from "./incoming-series.ts";
import type { Ingested } from "./ingest-text.ts";
import { parseSeries } from "./parse-series.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { readLongCsv } from "./read-long-csv.ts";
import { readUtf8 } from "./read-utf8.ts";
import { readSeriesInColumns, readSeriesInRows } from "./read-wide-csv.ts";
import { SeriesSink } from "./series-sink.ts";

interface Target {
  file: IncomingFile;
  frequency: string | undefined;
}

/** The series of a JSON body. Throws dataset_invalid, as all below. */
export async function ingestSeries(body: Series[], target: Target): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SeriesSink({ ...target, faults });
  for (const [index, item] of body.entries()) {
    const series = parseSeries(item, { pointer: `/series/${index}`, name: `series ${index}`, faults });
    if (series !== null) await sink.add(series);
  }
  return sink.finish([]);
}

export async function ingestJsonLines(bytes: AsyncIterable<Buffer>, target: Target): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SeriesSink({ ...target, faults });
  const text = readUtf8(bytes, { faults, pointer: "/file" });
  for await (const { value, pointer, name } of readJsonLines(text, faults)) {
    const series = parseSeries(value, { pointer, name, faults });
    if (series !== null) await sink.add({ ...series, place: (index) => `${name}, index ${index}` });
  }
  return sink.finish([]);
}

export interface CsvSource {
  /** The whole upload, on disk: a file whose series do not lie together is read twice. */
  path: string;
  /** Id of the one series of a file without an id column. */
  name: string;
  wholeFile: boolean;
}

/** Throws SeriesNotTogether where `wholeFile` is needed. */
export async function ingestCsv({ path, name, wholeFile }: CsvSource, target: Target): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SeriesSink({ ...target, faults });
  const warnings: string[] = [];
  const bytes = createReadStream(path) as AsyncIterable<Buffer>;
  const records = csvRecords(readUtf8(bytes, { faults, pointer: "/file" }), faults);
  const head = await records.next();
  if (head.done) return sink.finish(warnings);
  const header = head.value.cells;
  for await (const series of seriesOf(records, { header, faults, name, wholeFile, warnings })) await sink.add(series);
  return sink.finish(warnings);
}

function seriesOf(
  records: AsyncIterable<CsvRecord>,
  { header, faults, name, wholeFile, warnings }: CsvReading,
): AsyncIterable<IncomingSeries> {
  const layout = csvLayout(header, faults);
  if (layout.layout === "series-in-columns") return readSeriesInColumns(records, { header, faults });
  if (layout.layout === "series-in-rows") return readSeriesInRows(records, { header, faults, times: layout.times });
  if (layout.ignored.length > 0) {
    warnings.push(`columns that were not read: ${layout.ignored.slice(0, 20).join(", ")}`);
  }
  return readLongCsv(records, { header, layout, faults, name, wholeFile });
}

interface CsvReading extends Omit<CsvSource, "path"> {
  header: string[];
  faults: FaultList;
  warnings: string[];
}
