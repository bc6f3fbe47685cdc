// node bench/forecast/other-sets.mjs [SEED [FOLDER]]: public sets that no setting was made for, through the API with every setting but the horizon
// "auto". The last horizon of each series is kept back and scored beside a seasonal naive forecast. The data come with the package
// vega-datasets: months (two sets with a crisis in them, one with negative values; and one long series), days (rain has zeros,
// temperatures go below 0) and years. With a folder as the second argument also its nile.csv (years) and elnino.csv (months), as the
// Python package statsmodels has them. Two minutes on two cores; after `npm run setup`.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withServer } from "../with-server.mjs";
import { finishedJob } from "./finished-job.mjs";

const seed = Number(process.argv[2] ?? 1);
const folder = fileURLToPath(new URL("../../node_modules/vega-datasets/data", import.meta.url));

const otherFolder = process.argv[3];

async function rowsOf(file, from = folder) {
  const [head, ...lines] = (await readFile(path.join(from, file), "utf8")).trim().split(/\r?\n/);
  const names = head.split(",").map((name) => name.replaceAll('"', ""));
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, index) => [names[index], cell])));
}

/** One series for each column but those left out. */
async function columnsOf(file, ...leftOut) {
  const rows = await rowsOf(file);
  const names = Object.keys(rows[0]).filter((name) => !leftOut.includes(name));
  return names.map((id) => ({ id, target: rows.map((row) => Number(row[id])) }));
}

async function unemployment() {
  const rows = JSON.parse(await readFile(path.join(folder, "unemployment-across-industries.json"), "utf8"));
  const names = [...new Set(rows.map(({ series }) => series))];
  return names.map((id) => ({ id, target: rows.filter(({ series }) => series === id).map(({ count }) => count) }));
}

async function nile() {
  const rows = await rowsOf("nile.csv", otherFolder);
  return [{ id: "nile", target: rows.map(({ volume }) => Number(volume)) }];
}

/** A year a row. */
async function elNino() {
  const rows = await rowsOf("elnino.csv", otherFolder);
  return [{ id: "elnino", target: rows.flatMap(({ YEAR: _, ...months }) => Object.values(months).map(Number)) }];
}

const others = () => [
  { name: "nile", frequency: "y", season: 1, horizon: 6, series: nile() },
  { name: "elnino", frequency: "mo", season: 12, horizon: 12, series: elNino() },
];

const sets = [
  { name: "employment", frequency: "mo", season: 12, horizon: 12, series: columnsOf("us-employment.csv", "month") },
  { name: "unemployment", frequency: "mo", season: 12, horizon: 12, series: unemployment() },
  {
    name: "carbon-dioxide",
    frequency: "mo",
    season: 12,
    horizon: 12,
    series: columnsOf("co2-concentration.csv", "Date", "adjusted CO2"),
  },
  {
    name: "weather",
    frequency: "d",
    season: 7,
    horizon: 14,
    series: columnsOf("seattle-weather.csv", "date", "weather"),
  },
  { name: "temperature", frequency: "y", season: 1, horizon: 6, series: columnsOf("global-temp.csv", "year") },
  ...(otherFolder === undefined ? [] : others()),
];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanDistance = (one, other) => mean(one.map((value, step) => Math.abs(value - other[step])));

function score(series, outputs, { season, horizon }) {
  const [own, naive, shares, inside] = [[], [], [], []];
  for (const [index, { target }] of series.entries()) {
    const history = target.slice(0, -horizon);
    const actual = target.slice(-horizon);
    const { median, quantiles } = outputs[index];
    const change = meanDistance(history.slice(season), history.slice(0, -season));
    if (change === 0) continue;
    own.push(meanDistance(actual, median) / change);
    naive.push(
      meanDistance(
        actual,
        actual.map((_, step) => history.at((step % season) - season)),
      ) / change,
    );
    for (const [step, value] of actual.entries()) {
      shares.push((200 * Math.abs(value - median[step])) / (Math.abs(value) + Math.abs(median[step]) || 1));
      inside.push(value >= quantiles["0.1"][step] && value <= quantiles["0.9"][step] ? 1 : 0);
    }
  }
  return { ratio: mean(own) / mean(naive), smape: mean(shares), coverage: mean(inside) };
}

await withServer(async (client) => {
  console.log("| set | series | MASE / seasonal naive's | sMAPE | 80 % intervals cover | seconds of training |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const { name, frequency, season, horizon, series: reading } of sets) {
    const series = await reading;
    const inputs = series.map(({ id, target }) => ({ id, target: target.slice(0, -horizon) }));
    const lines = inputs.map((one) => `${JSON.stringify(one)}\n`);
    const dataset = await client.upload("/v1/datasets", { name, kind: "series", frequency }, `${name}.jsonl`, lines);
    const model = await client.post("/v1/models", { name, task: "forecast", forecast: { horizon } });
    const startMs = performance.now();
    const { id } = await client.post("/v1/jobs", { model: model.id, dataset: dataset.id, training: { seed } });
    await finishedJob(client, id);
    const seconds = (performance.now() - startMs) / 1000;
    const { outputs } = await client.post(`/v1/models/${name}/forecast`, { inputs });
    const { ratio, smape, coverage } = score(series, outputs, { season, horizon });
    const cells = [ratio.toFixed(3), smape.toFixed(2), `${(coverage * 100).toFixed(1)} %`, seconds.toFixed(0)];
    console.log(`| ${name} | ${series.length} | ${cells.join(" | ")} |`);
  }
});
