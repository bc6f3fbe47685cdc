import { expect, test } from "vitest";
import { didYouMean } from "../../src/plugins/did-you-mean.ts";

const known = ["units", "layers", "dropout", "learning_rate", "early_stopping", "top_k", "top_p"];

test.each([
  ["unit", "units"],
  ["untis", "units"],
  ["Layers", "layers"],
  ["learningRate", "learning_rate"],
  ["learning-rate", "learning_rate"],
  ["earlyStoping", "early_stopping"],
  ["topk", "top_k"],
  ["colour", null],
  ["x", null],
  ["", null],
])("%j may mean %j", (given, meant) => {
  expect(didYouMean(given, known)).toBe(meant);
});
