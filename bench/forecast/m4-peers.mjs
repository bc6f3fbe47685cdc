// node bench/forecast/m4-peers.mjs TRAIN.csv TEST.csv [seconds]: the hourly series of the M4 competition through GluonTS and
// NeuralForecast, with their defaults and as many seconds of training as ours takes, scored by the same program as
// m4-hourly.mjs. Some minutes on two cores.
import { peersPython } from "../peers-python.mjs";
import { startPeer } from "../start-peer.mjs";
import { readM4 } from "./read-m4.mjs";
import { scoreM4 } from "./score-m4.mjs";

const [train, test, seconds = "110"] = process.argv.slice(2);
const names = ["gluonts-deepar", "neuralforecast-nhits", "neuralforecast-lstm"];

const python = await peersPython({ say: console.error, peers: "forecasters" });
const [histories, tests] = [await readM4(train), await readM4(test)];
console.log("| | version | OWA | sMAPE | MASE | 80 % intervals cover | seconds of training |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const peer of names) {
  const settings = { peer, train, seconds: Number(seconds), seed: 1 };
  const process = await startPeer("forecast_m4.py", settings, { python, threads: 2 });
  const { version, seconds: taken, outputs } = process.ready;
  await process.stop();
  const { owa, smape, mase, coverage } = scoreM4(histories, tests, outputs);
  const figures = [owa.toFixed(3), smape.toFixed(2), mase.toFixed(3), `${(coverage * 100).toFixed(1)} %`];
  console.log(`| ${peer} | ${version} | ${figures.join(" | ")} | ${taken.toFixed(0)} |`);
}
