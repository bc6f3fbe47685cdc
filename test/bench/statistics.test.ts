import { expect, test } from "vitest";
import { assertSameLosses } from "../../bench/measure/assert-same-losses.mjs";
import { compare } from "../../bench/measure/compare.mjs";
import { median } from "../../bench/measure/median.mjs";
import { percentile } from "../../bench/measure/percentile.mjs";
import { flopPerToken } from "../../bench/workloads/flop-per-token.mjs";

test("median and nearest-rank percentiles", () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 2, 10])).toBe(3);
  expect(median([])).toBeNaN();
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1)]).toEqual([50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
});

test("ratios are taken round by round, and of a peer's variants the fastest stands for it", () => {
  const rounds = [
    { times: { Unroll: 10, "PyTorch, a": 20, "PyTorch, b": 40, Keras: 30 } },
    { times: { Unroll: 20, "PyTorch, a": 50, "PyTorch, b": 30, Keras: 60 } }, // a disturbance that hits all alike
    { times: { Unroll: 10, "PyTorch, a": 21, "PyTorch, b": 41, Keras: 30 } },
  ];
  const { time, peers } = compare({
    ours: "Unroll",
    peers: { PyTorch: ["PyTorch, a", "PyTorch, b"], Keras: ["Keras"], absent: ["absent"] },
    rounds,
  });
  expect(time).toEqual({ median: 10, min: 10, max: 20 });
  expect(peers).toEqual({
    PyTorch: {
      variant: "PyTorch, a",
      time: { median: 21, min: 20, max: 50 },
      ratio: { median: 2.1, min: 2, max: 2.5 },
    },
    Keras: { variant: "Keras", time: { median: 30, min: 30, max: 60 }, ratio: { median: 3, min: 3, max: 3 } },
  });
});

test("a loss curve that leaves ours stops the bench, naming step and peer", () => {
  const ours = [4, 3, 2];
  expect(assertSameLosses("PyTorch", { ours, theirs: [4, 3.0003, 2], tolerance: 1e-3 })).toEqual({
    steps: 3,
    largestDifference: expect.closeTo(1e-4, 8),
  });
  const wrong = () => assertSameLosses("PyTorch", { ours, theirs: [4, 3.1, 2], tolerance: 1e-3 });
  expect(wrong).toThrow("PyTorch: expected the loss of step 2 within 0.001 of ours, 3, got 3.1: nothing is timed");
  expect(() => assertSameLosses("Keras", { ours, theirs: [4, Number.NaN, 2], tolerance: 1 })).toThrow("step 2");
  expect(() => assertSameLosses("Keras", { ours, theirs: [4], tolerance: 1 })).toThrow("expected 3 losses, got 1");
});

// LSTM 2x128, vocabulary 65: 2*4*128*(128 + 256) + 2*128*65 multiply-adds' operations forward, three times in training.
test("operations of a token follow the sizes of its products", () => {
  expect(flopPerToken({ cell: "lstm", units: 128, layers: 2, vocabulary: 65 })).toBe(1_229_568);
  expect(flopPerToken({ cell: "gru", units: 128, layers: 2, vocabulary: 65 })).toBe(934_656);
  expect(flopPerToken({ cell: "simple_rnn", units: 128, layers: 2, vocabulary: 65 })).toBe(344_832);
});
