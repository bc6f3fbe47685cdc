import { rm } from "node:fs/promises";
import { join } from "node:path";
import { appError } from "../../errors.ts";
import type { Dataset } from "../../schemas/datasets.ts";
import { nameTaken, orNameTaken } from "../name-taken.ts";
import type { DatasetSource } from "../store.ts";
import type { StoreContext } from "../store-context.ts";
import { datasetPath } from "./dataset-path.ts";
import { FaultList } from "./fault-list.ts";
import { toDataset } from "./find-dataset.ts";
import { IncomingFile } from "./incoming-file.ts";
import { ingestSequenceCsv, ingestSequenceLines, ingestSequences } from "./ingest-sequences.ts";
import { ingestCsv, ingestJsonLines, ingestSeries } from "./ingest-series.ts";
import { type Ingested, ingestText } from "./ingest-text.ts";
import { limitBytes } from "./limit-bytes.ts";
import { SeriesNotTogether } from "./read-long-csv.ts";

/** Checks the data on their way to a temporary file, gives that its place, then writes the row: a crash leaves no half dataset. */
export async function createDataset(context: StoreContext, source: DatasetSource): Promise<Dataset> {
  const { client, folder } = context;
  const { name, kind } = source.format === "json" ? source.body : source.upload;
  expectSense(source);
  // Told before the upload is read; the unique column has the last word.
  if ((await client.dataset.findUnique({ where: { name } })) !== null) throw nameTaken("dataset", name);
  const id = context.newId("ds");
  const path = datasetPath(folder, { id, kind });
  const { ingested, stored } = await ingest(source, { id, path, context });
  try {
    const data = { id, name, kind, ...stored, ...ingested, createdAt: new Date() };
    return toDataset(await orNameTaken("dataset", name, () => client.dataset.create({ data })));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function expectSense(source: DatasetSource): void {
  if (source.format === "json") return;
  const { kind, frequency } = source.upload;
  const fits = kind === "text" ? source.format === "txt" : source.format !== "txt";
  const refuse = (pointer: string, message: string) => {
    throw appError("validation_failed", message, { errors: [{ pointer, code: "kind", message }] });
  };
  if (!fits) {
    const expected = kind === "text" ? "a .txt file" : "a .csv or .jsonl file";
    refuse("/file", `expected ${expected} for a dataset of kind ${kind}, got .${source.format}`);
  }
  if (kind !== "series" && frequency !== undefined) refuse("/frequency", `expected no frequency for a ${kind}`);
}

interface Place {
  id: string;
  path: string;
  context: StoreContext;
}

async function ingest(source: DatasetSource, { id, path, context }: Place) {
  const parts: IncomingFile[] = [];
  const begin = async (ending: string) => {
    const part = await IncomingFile.create(join(context.folder.temporary, `${id}.${ending}`));
    parts.push(part);
    return part;
  };
  try {
    const [file, ingested] = await readSource(source, { context, begin });
    return { ingested, stored: await file.finish(path) };
  } finally {
    for (const part of parts) await part.discard();
  }
}

interface Parts {
  context: StoreContext;
  begin(ending: string): Promise<IncomingFile>;
}

async function readSource(source: DatasetSource, { context, begin }: Parts): Promise<[IncomingFile, Ingested]> {
  const { maxUploadBytes } = context;
  if (source.format === "json") {
    const file = await begin("part");
    const { body } = source;
    if (body.kind === "series") {
      return [file, await ingestSeries(body.series, { file, frequency: body.frequency })];
    }
    if (body.kind === "sequence") return [file, await ingestSequences(body.sequences, file)];
    return [file, await ingestText(limitBytes(textBytes(body.text), maxUploadBytes), { file, pointer: "/text" })];
  }
  const { upload } = source;
  const bytes = limitBytes(source.bytes, maxUploadBytes);
  if (upload.kind === "sequence") {
    const file = await begin("part");
    const ingest = source.format === "csv" ? ingestSequenceCsv : ingestSequenceLines;
    return [file, await ingest(bytes, file)];
  }
  if (source.format === "csv") return readCsv(bytes, { name: upload.name, frequency: upload.frequency, begin });
  const file = await begin("part");
  if (source.format === "txt") return [file, await ingestText(bytes, { file, pointer: "/file" })];
  return [file, await ingestJsonLines(bytes, { file, frequency: upload.frequency })];
}

/** A string in pieces, as if it were uploaded; half a surrogate pair cannot become UTF-8. */
async function* textBytes(text: string): AsyncGenerator<Buffer> {
  const lone = text.search(/\p{Surrogate}/u);
  if (lone >= 0) {
    const message = `expected whole characters, got half of a surrogate pair at index ${lone}`;
    new FaultList().stop({ pointer: "/text", code: "surrogate", message });
  }
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
}

interface CsvUpload {
  name: string;
  frequency: string | undefined;
  begin(ending: string): Promise<IncomingFile>;
}

async function readCsv(
  bytes: AsyncIterable<Buffer>,
  { name, frequency, begin }: CsvUpload,
): Promise<[IncomingFile, Ingested]> {
  const upload = await begin("csv");
  for await (const chunk of bytes) await upload.write(chunk);
  await upload.flush();
  const read = async (ending: string, wholeFile: boolean): Promise<[IncomingFile, Ingested]> => {
    const file = await begin(ending);
    return [file, await ingestCsv({ path: upload.path, name, wholeFile }, { file, frequency })];
  };
  try {
    return await read("part", false);
  } catch (error) {
    if (!(error instanceof SeriesNotTogether)) throw error;
    return read("whole.part", true);
  }
}
