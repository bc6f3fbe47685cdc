import type { TokenLikelihood } from "../../schemas/decoding.ts";
import type { Likelihoods } from "./generation/text-engine.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The token at `index` of those that came, each of `width` numbers, as a reply tells it. */
export function tellLikelihood(
  vocabulary: Vocabulary,
  { tokens, logProbabilities }: Likelihoods,
  { index, width }: { index: number; width: number },
): TokenLikelihood {
  const told = Array.from({ length: width }, (_, place) => {
    const token = tokens[index * width + place]!;
    return { ...tellToken(vocabulary, token), log_probability: logProbabilities[index * width + place]! };
  });
  const [came, ...top] = told;
  return { ...came!, top };
}

function tellToken(vocabulary: Vocabulary, token: number) {
  const text = vocabulary.text(token);
  return text === null ? { token, text, bytes: [...vocabulary.bytes(token)] } : { token, text };
}
