import type { TokenLikelihood } from "../../../schemas/decoding.ts";
import { HeldLikelihoods } from "../held-likelihoods.ts";
import { StopMatcher } from "../stop-matcher.ts";
import { TokenWriter } from "../token-writer.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { Hypothesis } from "./hypothesis.ts";

interface Written {
  text: string;
  /** null where nobody asks. */
  likelihoods: TokenLikelihood[] | null;
}

/** The text of a hypothesis, before its stop string, as drawing its tokens would write it. */
export function writeHypothesis(hypothesis: Hypothesis, vocabulary: Vocabulary, stops: readonly string[]): Written {
  const writer = new TokenWriter(vocabulary);
  const matcher = new StopMatcher(stops);
  const held = new HeldLikelihoods(vocabulary);
  let text = "";
  let isTold = false;
  for (const { token, likelihoods } of hypothesis.tokens()) {
    const written = writer.push(token);
    if (likelihoods !== null) {
      isTold = true;
      held.push(likelihoods, { index: 0, width: likelihoods.tokens.length, length: written.length });
    }
    text += matcher.push(written).text;
  }
  if (hypothesis.finishReason !== "stop") text += matcher.flush();
  return { text, likelihoods: isTold ? [...held.release(text.length), ...held.releaseBegun()] : null };
}
