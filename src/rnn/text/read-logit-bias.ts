import { appError, type ErrorDetail } from "../../errors.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What is added to each logit [vocabulary]; null where nothing is. Throws validation_failed for a text that is not one token. */
export function readLogitBias(biases: Readonly<Record<string, number>>, vocabulary: Vocabulary): Float32Array | null {
  const entries = Object.entries(biases);
  if (entries.length === 0) return null;
  const bias = new Float32Array(vocabulary.size);
  const errors: ErrorDetail[] = [];
  for (const [text, value] of entries) {
    const { ids, unknown } = vocabulary.encode(text);
    if (ids.length === 1 && unknown.length === 0) bias[ids[0]!] = value;
    else errors.push(notOneToken(text, ids.length + unknown.length));
  }
  if (errors.length === 0) return bias;
  throw appError("validation_failed", errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; "), {
    errors,
  });
}

function notOneToken(text: string, tokens: number): ErrorDetail {
  const pointer = `/logit_bias/${text.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const found = tokens === 1 ? "one it has never seen" : `${tokens} tokens`;
  const message = `expected the text of one token of the model's vocabulary, got ${found}`;
  return { pointer, code: "unknown_token", message, value: text };
}
