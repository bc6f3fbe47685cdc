import { describe, expect, test } from "vitest";
import { countQuantiles } from "../../../src/rnn/series/distributions/count-quantiles.ts";
import { digamma } from "../../../src/rnn/series/distributions/digamma.ts";
import { likelihoods } from "../../../src/rnn/series/distributions/likelihoods.ts";
import { normalQuantile } from "../../../src/rnn/series/distributions/normal-quantile.ts";
import { studentQuantiles } from "../../../src/rnn/series/distributions/student-quantiles.ts";

/** softplus(x) = y */
const inverseSoftplus = (y: number) => Math.log(Math.expm1(y));

// Literals: scipy 1.17.1, stats.t.ppf, stats.nbinom.ppf, stats.*.logpdf, special.digamma.
test.each([
  [2.1, [-19.8698, -1.8467, -0.286954, 4.11215]],
  [5, [-5.89343, -1.47588, -0.267181, 2.57058]],
  [30, [-3.38518, -1.31042, -0.255605, 2.04227]],
])("quantiles of Student's t with %d degrees of freedom", (degrees, expected) => {
  const quantile = studentQuantiles(degrees);
  for (const [index, level] of [0.001, 0.1, 0.4, 0.975].entries()) {
    expect(Math.abs(quantile(normalQuantile(level)) / expected[index]! - 1)).toBeLessThan(5e-4);
  }
});

test.each([
  [0.5, 2, [0, 0, 0, 2, 5], 0],
  [12, 0.3, [1, 4, 11, 22, 35], 0],
  [700, 0.05, [383, 506, 688, 910, 1120], 0],
  [1e6, 0.4, [110_859, 322_061, 870_292, 1_847_272, 3_017_257], 1e-4],
])("quantiles of a negative binomial with mean %d and dispersion %d", (mean, dispersion, expected, tolerance) => {
  const quantile = countQuantiles(mean, dispersion);
  for (const [index, level] of [0.01, 0.1, 0.5, 0.9, 0.99].entries()) {
    const found = quantile(normalQuantile(level));
    expect(Math.abs(found - expected[index]!)).toBeLessThanOrEqual(tolerance * expected[index]!);
  }
});

test("digamma", () => {
  expect(digamma(0.1)).toBeCloseTo(-10.42375494, 8);
  expect(digamma(1.5)).toBeCloseTo(0.03648997, 8);
  expect(digamma(40)).toBeCloseTo(3.67632737, 8);
});

describe("negative log-likelihoods", () => {
  const loss = (name: keyof typeof likelihoods, outputs: number[], target: number, base = 0) =>
    likelihoods[name]!.loss(
      { values: Float32Array.from(outputs), start: 0, base },
      target,
      new Float32Array(outputs.length),
    );

  test("are scipy's", () => {
    expect(loss("gaussian", [0.4, inverseSoftplus(0.7 - 1e-3)], 1.3)).toBeCloseTo(1.3887942, 5);
    const degrees = inverseSoftplus(4.5 - 2.05) - 3;
    expect(loss("student_t", [0.4, inverseSoftplus(0.7 - 1e-3), degrees], 1.3)).toBeCloseTo(1.4777846, 5);
    expect(loss("negative_binomial", [Math.log(2), inverseSoftplus(0.3 - 1e-3)], 7, 6)).toBeCloseTo(2.791474, 5);
    expect(loss("negative_binomial", [0, inverseSoftplus(2 - 1e-3)], 0, 0.5)).toBeCloseTo(0.3465736, 5);
  });

  test.each([
    ["gaussian", [0.3, -0.8], 1.7],
    ["student_t", [0.3, -0.8, -1.1], 1.7],
    ["negative_binomial", [0.4, -1.2], 9],
    ["negative_binomial", [-0.6, 0.7], 0],
  ] as const)("of %s have the slopes of finite differences", (name, outputs, target) => {
    const slopes = new Float32Array(outputs.length);
    likelihoods[name]!.loss({ values: Float32Array.from(outputs), start: 0, base: 5 }, target, slopes);
    for (const index of outputs.keys()) {
      const moved = (by: number) =>
        loss(
          name,
          outputs.map((value, at) => (at === index ? value + by : value)),
          target,
          5,
        );
      const [up, down] = [2 ** -9, -(2 ** -9)];
      expect(slopes[index]).toBeCloseTo((moved(up) - moved(down)) / (up - down), 3);
    }
  });
});
