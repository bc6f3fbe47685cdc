import { appError } from "../../errors.ts";
import type { PredictionInput } from "../../schemas/prediction.ts";
import { encodePrompt } from "../text/encode-prompt.ts";
import type { Vocabulary } from "../text/vocabulary.ts";

/** A text, or token ids: places in the vocabulary. Throws validation_failed, prompt_characters_unknown. */
export function readTokens(input: PredictionInput, pointer: string, vocabulary: Vocabulary): Int32Array {
  if (input.length === 0) throw refuse(pointer, "length", "expected at least one character, got none");
  if (typeof input === "string") return encodePrompt(input, vocabulary, pointer);
  const wrong = input.findIndex(
    (id) => !Number.isInteger(id) || (id as number) < 0 || (id as number) >= vocabulary.size,
  );
  if (wrong < 0) return Int32Array.from(input as number[]);
  const message = `expected a text, or token ids from 0 to ${vocabulary.size - 1}`;
  throw refuse(`${pointer}/${wrong}`, "token", message, input[wrong]);
}

function refuse(pointer: string, code: string, message: string, value?: unknown) {
  const hint = 'send a text: "inputs": ["To be"]';
  const errors = [{ pointer, code, message, hint, ...(value === undefined ? {} : { value }) }];
  return appError("validation_failed", `${pointer}: ${message}`, { errors });
}
