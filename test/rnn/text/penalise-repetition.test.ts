import { expect, it } from "vitest";
import { penaliseRepetition } from "../../../src/rnn/text/penalise-repetition.ts";

it("divides what is above 0 and multiplies what is not, of the tokens seen alone", () => {
  const logits = Float32Array.of(3, -1.5, 0, 4, -2);
  penaliseRepetition(logits, new Set([0, 1, 2]), 1.5);
  // transformers' RepetitionPenaltyLogitsProcessor(1.5) gives [2, -2.25, 0, 4, -2]
  expect([...logits]).toEqual([2, -2.25, 0, 4, -2]);
});
