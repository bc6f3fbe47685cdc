import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { appError } from "../../errors.ts";
import type { Series } from "../../schemas/datasets.ts";

/** The series of a stored dataset, one at a time. Throws dataset_invalid. */
export async function* storedSeries(path: string): AsyncGenerator<Series> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line !== "") yield parseLine(line, number);
  }
}

function parseLine(line: string, number: number): Series {
  let series: Partial<Series> | null;
  try {
    series = JSON.parse(line) as Partial<Series> | null;
  } catch (cause) {
    throw appError("dataset_invalid", `line ${number} of the stored data is not JSON`, { cause });
  }
  if (typeof series?.id !== "string" || !Array.isArray(series.target)) {
    throw appError("dataset_invalid", `expected a series with id and target in line ${number} of the stored data`);
  }
  if (series.target.some((value) => Math.abs(value ?? 0) === Number.POSITIVE_INFINITY)) {
    throw appError("dataset_invalid", `expected finite values, series ${series.id} holds an infinite one`);
  }
  return series as Series;
}
