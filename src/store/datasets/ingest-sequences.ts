import type { Sequence } from "../../schemas/datasets.ts";
import { csvRecords } from "./csv-records.ts";
import { FaultList } from "./fault-list.ts";
import type { IncomingFile } from "./incoming-file.ts";
import type { Ingested } from "./ingest-text.ts";
import { parseSequence } from "./parse-sequence.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { readSequenceCsv } from "./read-sequence-csv.ts";
import { readUtf8 } from "./read-utf8.ts";
import { sequenceColumns } from "./sequence-columns.ts";
import { SequenceSink } from "./sequence-sink.ts";

/** The sequences of a JSON body. Throws dataset_invalid, as all below. */
export async function ingestSequences(body: Sequence[], file: IncomingFile): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SequenceSink({ file, faults });
  for (const [index, item] of body.entries()) {
    const sequence = parseSequence(item, { pointer: `/sequences/${index}`, name: `sequence ${index}`, faults });
    if (sequence !== null) await sink.add(sequence);
  }
  return sink.finish([]);
}

export async function ingestSequenceLines(bytes: AsyncIterable<Buffer>, file: IncomingFile): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SequenceSink({ file, faults });
  const text = readUtf8(bytes, { faults, pointer: "/file" });
  for await (const { value, ...place } of readJsonLines(text, faults)) {
    const sequence = parseSequence(value, { ...place, faults });
    if (sequence !== null) await sink.add(sequence);
  }
  return sink.finish([]);
}

export async function ingestSequenceCsv(bytes: AsyncIterable<Buffer>, file: IncomingFile): Promise<Ingested> {
  const faults = new FaultList();
  const sink = new SequenceSink({ file, faults });
  const records = csvRecords(readUtf8(bytes, { faults, pointer: "/file" }), faults);
  const head = await records.next();
  if (head.done) return sink.finish([]);
  const header = head.value.cells;
  const columns = sequenceColumns(header, faults);
  for await (const sequence of readSequenceCsv(records, { header, columns, faults })) await sink.add(sequence);
  const ignored = columns.ignored.slice(0, 20).join(", ");
  return sink.finish(ignored === "" ? [] : [`columns that were not read: ${ignored}`]);
}
