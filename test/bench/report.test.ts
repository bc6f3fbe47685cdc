import { expect, test } from "vitest";
import { describeTarget } from "../../bench/report/describe-target.mjs";
import { formatTime } from "../../bench/report/format-time.mjs";
import { judgeTargets } from "../../bench/report/judge-targets.mjs";
import { putBetweenMarkers } from "../../bench/report/put-between-markers.mjs";
import { summarisePart } from "../../bench/report/summarise-part.mjs";
import { tableOf } from "../../bench/report/table-of.mjs";

const rows = [
  {
    ...{ name: "LSTM 128x2", unit: "ms a step", ours: "Unroll", peers: { PyTorch: ["PyTorch"] }, flop: 2e9 },
    rounds: [{ times: { Unroll: 20, PyTorch: 40 } }, { times: { Unroll: 20, PyTorch: 50 } }],
  },
  {
    ...{ name: "GRU 128x2", unit: "ms a step", ours: "Unroll", peers: { Keras: ["Keras"] } },
    rounds: [{ times: { Unroll: 1.234, Keras: 24.68 } }],
  },
];

test("a table has a time and its ratio for every peer measured, and no lone time of a peer", () => {
  const lines = tableOf(summarisePart({ rows }, 200)).split("\n");
  expect(lines).toEqual([
    "| ms a step  | Unroll | of the peak | PyTorch                        | Keras                    |",
    "| ---------- | ------ | ----------- | ------------------------------ | ------------------------ |",
    "| LSTM 128x2 | 20.0   | 50 %        | 45.0 = **2.25x** (2.00x–2.50x) |                          |",
    "| GRU 128x2  | 1.23   |             |                                | 24.7 = **20x** (20x–20x) |",
  ]);
});

test("three digits that matter", () => {
  expect([612.3, 61.23, 6.123, 0.6123, 0.0612].map(formatTime)).toEqual(["612", "61.2", "6.12", "0.612", "0.0612"]);
});

test("targets are met, missed, or not measured, each told in one line", () => {
  const summaries = { training: summarisePart({ rows }, 200) };
  const judged = judgeTargets(
    [
      { part: "training", row: "LSTM 128x2", peer: "PyTorch", least: 2 },
      { part: "training", row: "LSTM 128x2", measure: "peakShare", least: 0.75 },
      { part: "serving", row: "64 characters, 1 client", peer: "FastAPI + PyTorch", least: 20 },
    ],
    summaries,
  );
  expect(judged.map(describeTarget)).toEqual([
    "met: training, LSTM 128x2: PyTorch / ours at least 2.00, got 2.25",
    "missed: training, LSTM 128x2: share of the multiply-add peak at least 75 %, got 50 %",
    "not measured: serving, 64 characters, 1 client: FastAPI + PyTorch / ours at least 20.00",
  ]);
});

test("results go between the markers and change nothing else", () => {
  const page = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n";
  const written = putBetweenMarkers(page, "new");
  expect(written).toBe("before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n");
  expect(putBetweenMarkers(written, "new")).toBe(written);
  expect(() => putBetweenMarkers("no markers", "new")).toThrow("expected one <!-- bench -->");
});
