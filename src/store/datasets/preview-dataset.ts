import { open } from "node:fs/promises";
import type { Dataset, DatasetPreview, Sequence, Series } from "../../schemas/datasets.ts";

const previewCharacters = 2000;
const previewSeries = 5;
const previewValues = 100;
const previewSequences = 5;
const previewSteps = 20;

/** The beginning of a stored dataset: enough to see that it is the right one. */
export async function previewDataset(path: string, dataset: Dataset): Promise<DatasetPreview> {
  if (dataset.kind === "text") return previewText(path, dataset.bytes);
  return dataset.kind === "series" ? previewSeriesOf(path, dataset) : previewSequencesOf(path, dataset);
}

async function previewText(path: string, bytes: number): Promise<DatasetPreview> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(bytes, previewCharacters * 4));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    // stream: a character that the buffer cuts in two is left out.
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: bytesRead < bytes });
    const shown = [...text].slice(0, previewCharacters).join("");
    return { kind: "text", text: shown, truncated: Buffer.byteLength(shown) < bytes };
  } finally {
    await handle.close();
  }
}

async function previewSeriesOf(path: string, { summary }: Dataset): Promise<DatasetPreview> {
  const total = summary.kind === "series" ? summary.series : 0;
  const series: Series[] = [];
  let truncated = total > previewSeries;
  const handle = await open(path, "r");
  try {
    for await (const line of handle.readLines({ encoding: "utf8" })) {
      const whole = JSON.parse(line) as Series;
      truncated ||= whole.target.length > previewValues;
      const { timestamps } = whole;
      const cut = timestamps === undefined ? {} : { timestamps: timestamps.slice(0, previewValues) };
      series.push({ ...whole, ...cut, ...cutCovariates(whole), target: whole.target.slice(0, previewValues) });
      if (series.length === previewSeries) break;
    }
  } finally {
    await handle.close();
  }
  return { kind: "series", series, truncated };
}

function cutCovariates({ past_covariates: past, future_covariates: future }: Series): Partial<Series> {
  const cut = (lists: NonNullable<typeof past>) =>
    Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.slice(0, previewValues)]));
  return { ...(past && { past_covariates: cut(past) }), ...(future && { future_covariates: cut(future) }) };
}

async function previewSequencesOf(path: string, { summary }: Dataset): Promise<DatasetPreview> {
  const sequences: Sequence[] = [];
  let truncated = summary.kind === "sequence" && summary.sequences > previewSequences;
  const handle = await open(path, "r");
  try {
    for await (const line of handle.readLines({ encoding: "utf8" })) {
      const { inputs, targets } = JSON.parse(line) as Sequence;
      truncated ||= inputs.length > previewSteps;
      sequences.push({ inputs: inputs.slice(0, previewSteps), targets: targets.slice(0, previewSteps) });
      if (sequences.length === previewSequences) break;
    }
  } finally {
    await handle.close();
  }
  return { kind: "sequence", sequences, truncated };
}
