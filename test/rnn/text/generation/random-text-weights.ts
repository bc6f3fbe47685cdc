import { tensorGroup } from "../../../../src/rnn/checkpoint.ts";
import type { TextWeights } from "../../../../src/rnn/text/text-weights.ts";
import type { Architecture } from "../../../../src/schemas/models.ts";
import { randomTextCheckpoint } from "../../serving/random-text-checkpoint.ts";

/** The weights of a network of so many characters that was never trained. */
export function randomTextWeights(changes: Partial<Architecture>, vocabularySize: number): TextWeights {
  const characters = Array.from({ length: vocabularySize }, (_, index) => String.fromCodePoint(0x4e00 + index));
  const { description, tensors } = randomTextCheckpoint(changes, characters);
  return { architecture: description.architecture, vocabularySize, tensors: tensorGroup(tensors, "model") };
}
