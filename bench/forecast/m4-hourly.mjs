// node bench/forecast/m4-hourly.mjs TRAIN.csv TEST.csv: the hourly series of the M4 competition (Makridakis et al. 2020) through
// the API with every setting "auto", scored as the competition did. The files are the competition's own Hourly-train.csv and
// Hourly-test.csv; the test file is read after the forecasts are there. Two minutes on two cores; after `npm run setup`.
import { withServer } from "../with-server.mjs";
import { finishedJob } from "./finished-job.mjs";
import { readM4 } from "./read-m4.mjs";
import { scoreM4 } from "./score-m4.mjs";

const [trainPath, testPath] = process.argv.slice(2);
const seed = Number(process.argv[4] ?? 1);
const horizon = 48;
const perRequest = 100;

await withServer(async (client) => {
  const series = await readM4(trainPath);
  const lines = series.map((one) => `${JSON.stringify(one)}\n`);
  const dataset = await client.upload(
    "/v1/datasets",
    { name: "m4", kind: "series", frequency: "h" },
    "m4.jsonl",
    lines,
  );
  const model = await client.post("/v1/models", { name: "m4", task: "forecast", forecast: { horizon } });
  const startMs = performance.now();
  const { id } = await client.post("/v1/jobs", { model: model.id, dataset: dataset.id, training: { seed } });
  const job = await finishedJob(client, id);
  const seconds = (performance.now() - startMs) / 1000;
  const outputs = [];
  for (let first = 0; first < series.length; first += perRequest) {
    const inputs = series.slice(first, first + perRequest);
    outputs.push(...(await client.post("/v1/models/m4/forecast", { inputs })).outputs);
  }
  const { forecast } = await client.get("/v1/models/m4");
  const score = scoreM4(series, await readM4(testPath), outputs);
  console.log("| OWA | sMAPE | MASE | 80 % intervals cover | seconds of training |");
  console.log("| --- | --- | --- | --- | --- |");
  const { owa, smape, mase, coverage } = score;
  console.log(
    `| ${owa.toFixed(3)} | ${smape.toFixed(2)} | ${mase.toFixed(3)} | ${(coverage * 100).toFixed(1)} % | ${seconds.toFixed(0)} |`,
  );
  console.log(JSON.stringify({ seed, steps: job.progress.step, chosen: forecast, holdout: job.metrics }));
});
