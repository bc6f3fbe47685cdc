import { describe, expect, it } from "vitest";
import { createStepwiseTextEngine } from "../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../src/rnn/text/generation/text-engine.ts";
import type { TextDecoder } from "../../../src/rnn/text/text-decoder.ts";
import { TextGenerator } from "../../../src/rnn/text/text-generator.ts";
import { CharacterVocabulary } from "../../../src/rnn/text/vocabularies/character-vocabulary.ts";

import type { SamplingParameters } from "../../../src/schemas/generation.ts";
import { plainSampling } from "../../plain-sampling.ts";

const greedy: SamplingParameters = {
  ...plainSampling,
  prompt: "",
  max_tokens: 100,
  temperature: 0,
  top_k: null,
  top_p: 1,
  min_p: 0,
  repetition_penalty: 1,
  stop: [],
  seed: 1,
};

/** Prefers the characters of a script, one after the other; remembers what it read. */
function scripted(script: string, vocabulary: CharacterVocabulary): TextDecoder & { seen: string } {
  const characters = [...script];
  const decoder = {
    seen: "",
    vocabularySize: vocabulary.size,
    bytes: 0,
    stateSizes: [[1]],
    initialState: () => [[Float32Array.of(0)]],
    read: (tokens: Int32Array) => {
      decoder.seen += vocabulary.decode(tokens);
    },
    step: (token: number, state: Float32Array[][]) => {
      decoder.seen += vocabulary.characters[token];
      const place = state[0]![0]![0]!++;
      const logits = new Float32Array(vocabulary.size);
      logits[vocabulary.characters.indexOf(characters[place % characters.length]!)] = 5;
      return logits;
    },
    stepEach: () => new Float32Array(0),
    dispose: () => undefined,
  };
  return decoder;
}

/** Everything a generator writes: the pieces that were not empty, and why it ended. */
function write(
  script: string,
  { steps = 1, ...parameters }: Partial<SamplingParameters> & { steps?: number },
  known = `${script}${parameters.prompt ?? ""}`,
) {
  const vocabulary = CharacterVocabulary.of(known);
  const decoder = scripted(script, vocabulary);
  const engine: TextEngine = createStepwiseTextEngine(decoder);
  const generator = new TextGenerator(engine, vocabulary, { ...greedy, ...parameters });
  const pieces: string[] = [];
  for (;;) {
    const [drawn] = engine.advance([generator.stream], steps);
    const { text, finishReason } = generator.take(drawn!, steps);
    if (text !== "") pieces.push(text);
    if (finishReason !== null) return { pieces, finishReason, decoder, generator };
  }
}

describe("TextGenerator", () => {
  it("writes max_tokens characters, one a piece", () => {
    const { pieces, finishReason, generator } = write("abc", { max_tokens: 4 });
    expect(pieces).toEqual(["a", "b", "c", "a"]);
    expect(finishReason).toBe("length");
    expect(generator.completionTokens).toBe(4);
  });

  it("reads the prompt once, then its own characters", () => {
    const prompt = "0123456789".repeat(5);
    const { decoder, generator } = write("abc", { prompt, max_tokens: 3 });
    expect(decoder.seen).toBe(`${prompt}ab`);
    expect(generator.promptTokens).toBe(50);
  });

  it("starts an empty prompt with a newline, or with the first character", () => {
    const start = write("ab", { max_tokens: 1 }, "ab\n!");
    expect(start.decoder.seen).toBe("\n");
    expect(start.generator.promptTokens).toBe(0);
    expect(write("ba", { max_tokens: 1 }, "ba").decoder.seen).toBe("a");
  });

  it.each([1, 2, 3, 7, 100])("writes the same text in calls of %i steps", (steps) => {
    const prompt = "0123456789".repeat(2);
    const whole = write("abcdefg", { prompt, max_tokens: 40, steps });
    expect(whole.pieces.join("")).toBe("abcdefg".repeat(6).slice(0, 40));
    expect(whole.decoder.seen).toBe(`${prompt}${"abcdefg".repeat(6).slice(0, 39)}`);
    const stopped = write("abcdefg", { prompt, stop: ["efga"], steps });
    expect(stopped.pieces.join("")).toBe("abcd");
    expect(stopped.generator.completionTokens).toBe(8);
  });

  it("ends before a stop string, and counts its characters", () => {
    const { pieces, finishReason, generator } = write("one. two. ", { stop: [". t", "zz"] });
    expect(pieces.join("")).toBe("one");
    expect(finishReason).toBe("stop");
    expect(generator.completionTokens).toBe(6);
  });

  it("gives what it held back when the text ends without the stop string", () => {
    const { pieces, finishReason } = write("one. two", { stop: [". tx"], max_tokens: 6 });
    expect(pieces).toEqual(["o", "n", "e", ". t"]);
    expect(finishReason).toBe("length");
  });

  it("does not look for stop strings in the prompt", () => {
    expect(write("b", { prompt: "a", stop: ["ab"], max_tokens: 3 }).pieces.join("")).toBe("bbb");
  });

  it("writes whole characters: emoji, and letters outside of the first plane", () => {
    const { pieces } = write("𝒜😀é", { max_tokens: 3 });
    expect(pieces).toEqual(["𝒜", "😀", "é"]);
  });

  it("draws as its own seed says, whatever else draws between", () => {
    const vocabulary = CharacterVocabulary.of("abcdefgh");
    const flat = (): TextDecoder => ({
      ...scripted("a", vocabulary),
      step: () => Float32Array.of(0, 1, 2, 1, 0, 1, 2, 0),
    });
    const parameters = { ...greedy, temperature: 1 };
    const text = (others: number, seed = 5) => {
      const engine: TextEngine = createStepwiseTextEngine(flat());
      const generators = Array.from({ length: 1 + others }, (_, index) => {
        return new TextGenerator(engine, vocabulary, { ...parameters, seed: seed + index });
      });
      let written = "";
      for (let turn = 0; turn < 50; turn += 1) {
        const drawn = engine.advance(
          generators.map(({ stream }) => stream),
          1,
        );
        written += generators.map((generator, row) => generator.take(drawn[row]!, 1).text)[0];
      }
      return written;
    };
    expect(text(8)).toBe(text(0));
    expect(text(0, 6)).not.toBe(text(0));
  });

  it("names each character of the prompt that the model has never seen", () => {
    const prompt = "aé\u0007a😀é\ud83d\u200b";
    const message =
      'expected only the 3 characters of the model\'s vocabulary, got "é" (U+00E9), "\\u0007" (U+0007), "😀" (U+1F600), "\\ud83d" (U+D83D), "\\u{200b}" (U+200B)';
    const attempt = () =>
      new TextGenerator(
        createStepwiseTextEngine(scripted("a", CharacterVocabulary.of('a\n"'))),
        CharacterVocabulary.of('a\n"'),
        {
          ...greedy,
          prompt,
        },
      );
    const error = expect.objectContaining({ code: "prompt_characters_unknown", status: 422, message });
    expect(attempt).toThrow(error);
    try {
      attempt();
    } catch (thrown) {
      expect((thrown as { errors: unknown[] }).errors.slice(0, 2)).toEqual([
        {
          pointer: "/prompt",
          code: "unknown_character",
          message: '"é" (U+00E9), first at character 2, is not in the vocabulary',
          value: "é",
          hint: 'The model knows "\\n\\"a"',
        },
        expect.objectContaining({ message: '"\\u0007" (U+0007), first at character 3, is not in the vocabulary' }),
      ]);
    }
  });

  it("names twenty at most, and lists part of a large vocabulary", () => {
    const known = String.fromCodePoint(...Array.from({ length: 500 }, (_, index) => 0x4e00 + index));
    const prompt = String.fromCodePoint(...Array.from({ length: 30 }, (_, index) => 0x61 + index));
    try {
      write("一", { prompt }, known);
      expect.unreachable();
    } catch (thrown) {
      const { errors, message } = thrown as { errors: { hint: string }[]; message: string };
      expect(errors).toHaveLength(20);
      expect(message).toMatch(/"t" \(U\+0074\) and 10 more$/);
      expect(errors[0]!.hint).toMatch(/ and 380 more$/);
    }
  });

  it("refuses a stop string of half a character", () => {
    expect(() => write("😀", { stop: ["a", "\ud83d"] })).toThrow(
      expect.objectContaining({
        code: "validation_failed",
        errors: [expect.objectContaining({ pointer: "/stop/1" })],
      }),
    );
  });
});
