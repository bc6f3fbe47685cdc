import { expect, test } from "vitest";
import { createStepwiseTextEngine } from "../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../src/rnn/text/generation/text-engine.ts";
import type { TextDecoder } from "../../../src/rnn/text/text-decoder.ts";
import { TextGenerator } from "../../../src/rnn/text/text-generator.ts";
import { createBytePairVocabulary } from "../../../src/rnn/text/vocabularies/byte-pair-vocabulary.ts";
import { createByteVocabulary } from "../../../src/rnn/text/vocabularies/byte-vocabulary.ts";
import { createWordVocabulary } from "../../../src/rnn/text/vocabularies/word-vocabulary.ts";
import type { Vocabulary } from "../../../src/rnn/text/vocabulary.ts";
import type { SamplingParameters } from "../../../src/schemas/generation.ts";
import { plainSampling } from "../../plain-sampling.ts";

const greedy: SamplingParameters = {
  ...plainSampling,
  ...{ prompt: "", max_tokens: 100, temperature: 0, top_k: null, top_p: 1, min_p: 0 },
  ...{ repetition_penalty: 1, stop: [], seed: 1 },
};

/** Prefers the tokens of a script, one after the other. */
function scripted(tokens: ArrayLike<number>, vocabulary: Vocabulary): TextDecoder {
  return {
    vocabularySize: vocabulary.size,
    bytes: 0,
    stateSizes: [[1]],
    initialState: () => [[Float32Array.of(0)]],
    read: () => undefined,
    step: (_, state) => {
      const place = state[0]![0]![0]!++;
      const logits = new Float32Array(vocabulary.size);
      logits[tokens[place % tokens.length]!] = 5;
      return logits;
    },
    stepEach: () => new Float32Array(0),
    dispose: () => undefined,
  };
}

function write(vocabulary: Vocabulary, script: string | number[], parameters: Partial<SamplingParameters> = {}) {
  const tokens = typeof script === "string" ? vocabulary.encode(script).ids : script;
  const engine: TextEngine = createStepwiseTextEngine(scripted(tokens, vocabulary));
  const generator = new TextGenerator(engine, vocabulary, { ...greedy, max_tokens: tokens.length, ...parameters });
  const pieces: string[] = [];
  let characters = 0;
  for (;;) {
    const piece = generator.take(engine.advance([generator.stream], 1)[0]!, 1);
    if (piece.text !== "") pieces.push(piece.text);
    characters += piece.characters;
    if (piece.finishReason !== null) return { pieces, characters, finishReason: piece.finishReason, generator };
  }
}

const bytes = createByteVocabulary();
const pairs = createBytePairVocabulary([
  [0xf0, 0x9f],
  [0x61, 0x62], // ab
  [257, 0x63], // abc
]);

test("no piece holds half a character, or half a sign", () => {
  const signs = ["a", "é", "€", "👩‍👩‍👧‍👦", "e\u0301", "👍🏽", "🇩🇪", "!"];
  for (const vocabulary of [bytes, pairs]) {
    const { pieces, characters, generator } = write(vocabulary, signs.join(""));
    expect(pieces).toEqual([...signs.slice(0, -2), signs.slice(-2).join("")]); // at the end nothing is held back
    expect(characters).toBe([...signs.join("")].length);
    expect(generator.completionTokens).toBe(vocabulary.encode(signs.join("")).ids.length);
  }
});

test("a text that ends in the middle of a character leaves its bytes out, and counts them", () => {
  const { pieces, finishReason, generator } = write(bytes, "ab😀", { max_tokens: 5 });
  expect(pieces.join("")).toBe("ab");
  expect(finishReason).toBe("length");
  expect(generator.completionTokens).toBe(5);
});

test("bytes that can be no character become U+FFFD", () => {
  expect(write(bytes, [0x61, 0xff, 0x62, 0xe2, 0x82, 0x63]).pieces.join("")).toBe("a\ufffdb\ufffdc");
});

test("stop strings are found across tokens and within one; what follows in the token is dropped", () => {
  const inside = write(pairs, [0x78, 258, 0x79], { stop: ["b"] }); // x abc y
  expect(inside).toMatchObject({ finishReason: "stop", characters: 2 });
  expect(inside.pieces.join("")).toBe("xa");
  expect(inside.generator.completionTokens).toBe(2);
  const across = write(pairs, [0x78, 258, 0x79, 0x7a], { stop: ["cy"] });
  expect(across.pieces.join("")).toBe("xab");
  expect(across.generator.completionTokens).toBe(3);
  expect(write(bytes, "a😀b", { stop: ["😀"] }).pieces.join("")).toBe("a");
});

test("a prompt is counted in tokens; an empty one reads a newline; half of a surrogate pair is refused", () => {
  const words = createWordVocabulary([" the", " cat"]);
  expect(write(words, [97], { prompt: "a cat the é" }).generator.promptTokens).toBe(6);
  expect(write(words, [97]).generator.promptTokens).toBe(0);
  expect(() => write(bytes, [97], { prompt: "a\ud83d" })).toThrow(
    expect.objectContaining({
      code: "prompt_characters_unknown",
      message: 'expected whole Unicode characters, got "\\ud83d" (U+D83D)',
      errors: [expect.objectContaining({ hint: "The model knows every character; this is half of one" })],
    }),
  );
});
