import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { appError } from "../../errors.ts";
import type { Series } from "../../schemas/datasets.ts";

export interface SeriesRecord {
  id: string;
  /** Oldest first; NaN where a value is missing. */
  values: Float64Array;
}

function parseLine(line: string, number: number): SeriesRecord {
  let series: Partial<Series> | null;
  try {
    series = JSON.parse(line) as Partial<Series> | null;
  } catch (cause) {
    throw appError("dataset_invalid", `line ${number} of the stored data is not JSON`, { cause });
  }
  if (typeof series?.id !== "string" || !Array.isArray(series.target)) {
    throw appError("dataset_invalid", `expected a series with id and target in line ${number} of the stored data`);
  }
  const values = Float64Array.from(series.target, (value) => value ?? Number.NaN);
  if (values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) {
    throw appError("dataset_invalid", `expected finite values, series ${series.id} holds an infinite one`);
  }
  return { id: series.id, values };
}

/** Reads a stored dataset, one series a line. Throws dataset_invalid. */
export async function readSeriesFile(path: string): Promise<SeriesRecord[]> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  const records: SeriesRecord[] = [];
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line !== "") records.push(parseLine(line, number));
  }
  return records;
}
