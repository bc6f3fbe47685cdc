import { storedSeries } from "./stored-series.ts";

export interface SeriesRecord {
  id: string;
  /** Oldest first; NaN where a value is missing. */
  values: Float64Array;
}

/** Reads a stored dataset, one series a line. Throws dataset_invalid. */
export async function readSeriesFile(path: string): Promise<SeriesRecord[]> {
  const records: SeriesRecord[] = [];
  for await (const { id, target } of storedSeries(path)) {
    records.push({ id, values: Float64Array.from(target, (value) => value ?? Number.NaN) });
  }
  return records;
}
