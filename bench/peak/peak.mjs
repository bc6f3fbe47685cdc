// Stands in for peak.cc where there is no compiler: JavaScript's own multiply-adds on one thread. Good enough to see that the machine
// is disturbed, far from its peak: "is_peak" is false, and no share of the peak is told.
import { createInterface } from "node:readline";

const durationMs = 50;

function megaStepsPerSecond() {
  let [first, second, third, fourth, steps] = [1, 2, 3, 4, 0];
  const startMs = performance.now();
  while (performance.now() - startMs < durationMs) {
    for (let step = 0; step < 10_000; step++) {
      first = first * 0.999 + 0.001;
      second = second * 0.999 + 0.001;
      third = third * 0.999 + 0.001;
      fourth = fourth * 0.999 + 0.001;
    }
    steps += 10_000;
  }
  const sum = first + second + third + fourth;
  return (Number.isFinite(sum) ? 8 * steps : 0) / (performance.now() - startMs) / 1e6;
}

console.log(JSON.stringify({ ready: { is_peak: false } }));
for await (const _line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ gflops: megaStepsPerSecond() }));
}
