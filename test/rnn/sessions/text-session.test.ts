import { describe, expect, it } from "vitest";
import { tensorGroup } from "../../../src/rnn/checkpoint.ts";
import { loadFusedKernels } from "../../../src/rnn/load-fused-kernels.ts";
import { modelDigests } from "../../../src/rnn/sessions/model-digests.ts";
import {
  newTextMemory,
  type RememberingModel,
  readTextMemory,
  type TextMemory,
  writeTextMemory,
} from "../../../src/rnn/sessions/text-memory.ts";
import { createTextDecoder } from "../../../src/rnn/text/decoding/create-text-decoder.ts";
import { createNativeTextEngine } from "../../../src/rnn/text/generation/native-text-engine.ts";
import { createStepwiseTextEngine } from "../../../src/rnn/text/generation/stepwise-text-engine.ts";
import type { TextEngine } from "../../../src/rnn/text/generation/text-engine.ts";
import { createNetworkDecoder } from "../../../src/rnn/text/network-decoder.ts";
import { TextGenerator } from "../../../src/rnn/text/text-generator.ts";
import { readVocabulary } from "../../../src/rnn/text/vocabularies/read-vocabulary.ts";
import type { Vocabulary } from "../../../src/rnn/text/vocabulary.ts";
import type { SamplingParameters } from "../../../src/schemas/generation.ts";
import type { Architecture } from "../../../src/schemas/models.ts";
import type { TextState } from "../../../src/schemas/sessions.ts";
import { plainSampling } from "../../plain-sampling.ts";
import { randomTextCheckpoint } from "../serving/random-text-checkpoint.ts";

const { kernels } = loadFusedKernels();
const letters = [..."\n abcdefghijklmnopqrstuvwxyz."];
const sampling: SamplingParameters = {
  ...plainSampling,
  ...{ prompt: "", max_tokens: 20, temperature: 1, top_k: null, top_p: 1, min_p: 0, repetition_penalty: 1, seed: 7 },
};

interface Writer {
  engine: TextEngine;
  vocabulary: Vocabulary;
  own: RememberingModel;
}

type Kind = "native" | "wasm" | "tensors";

function writerOf(kind: Kind, changes: Partial<Architecture>, characters = letters): Writer {
  const contents = randomTextCheckpoint(changes, characters);
  const { architecture, taskDescription } = contents.description;
  const vocabulary = readVocabulary(taskDescription.vocabulary);
  const tensors = tensorGroup(contents.tensors, "model");
  const weights = { architecture, vocabularySize: vocabulary.size, tensors };
  const engine: TextEngine =
    kind === "native"
      ? (createNativeTextEngine(kernels!, weights, "fp32") as TextEngine)
      : createStepwiseTextEngine(kind === "wasm" ? createTextDecoder(weights) : createNetworkDecoder(weights));
  const own = { digests: modelDigests(contents), stateSize: engine.stateSize, vocabularySize: vocabulary.size };
  return { engine, vocabulary, own };
}

/** One call in a session, whose state goes through JSON as it does on its way to the disk. */
function write(
  { engine, vocabulary, own }: Writer,
  memory: TextMemory,
  { steps = 5, ...changes }: Partial<SamplingParameters> & { steps?: number },
) {
  const carried = readTextMemory(JSON.parse(writeTextMemory(memory, own).text) as TextState, own);
  const generator = new TextGenerator(engine, vocabulary, { ...sampling, ...changes }, carried);
  let text = "";
  for (;;) {
    const [drawn] = engine.advance([generator.stream], steps);
    const piece = generator.take(drawn!, steps);
    text += piece.text;
    if (piece.finishReason === null) continue;
    const left = generator.memory!;
    generator.close();
    return { text, memory: left };
  }
}

const kinds: [string, Kind, Partial<Architecture>][] = [
  ["lstm, WASM", "wasm", { cell: "lstm", units: 19, layers: 2 }],
  ["gru, WASM", "wasm", { cell: "gru", units: 16, embedding_size: 5 }],
  ["lstm, TensorFlow", "tensors", { cell: "lstm", units: 9 }],
  ["gru, TensorFlow", "tensors", { cell: "gru", units: 9, layers: 2 }],
  ...(kernels === null
    ? []
    : ([
        ["simple_rnn, native", "native", { cell: "simple_rnn", units: 20 }],
        ["lstm, native", "native", { cell: "lstm", units: 37, layers: 2 }],
        ["gru, native", "native", { cell: "gru", units: 33 }],
        ["gru with reset before, native", "native", { cell: "gru", units: 17, reset_after: false }],
      ] as [string, Kind, Partial<Architecture>][])),
];

describe.each(kinds)("a session of a %s", (_, kind, architecture) => {
  const writer = writerOf(kind, architecture);
  const begin = () => newTextMemory(7, writer.own);

  it.each<[string, Partial<SamplingParameters>]>([
    ["drawn", {}],
    ["greedy", { temperature: 0 }],
    ["with a repetition penalty", { repetition_penalty: 1.4 }],
  ])("writes in two calls what one writes: %s", (_rule, rule) => {
    const whole = write(writer, begin(), { ...rule, prompt: "to be", max_tokens: 20 });
    const first = write(writer, begin(), { ...rule, prompt: "to be", max_tokens: 10 });
    const second = write(writer, first.memory, { ...rule, max_tokens: 10 });
    expect(first.text + second.text).toBe(whole.text);
    expect(second.memory).toEqual(whole.memory);
    expect(whole.memory.length).toBe(25);
  });

  it("reads a prompt in a later call as it would have read it at once", () => {
    const greedy = { temperature: 0, max_tokens: 1 };
    const first = write(writer, begin(), { ...greedy, prompt: "to be" });
    const second = write(writer, first.memory, { ...greedy, prompt: " or not", max_tokens: 30 });
    const whole = write(writer, begin(), { ...greedy, prompt: `to be${first.text} or not`, max_tokens: 30 });
    expect(second.text).toBe(whole.text);
  });

  it("stands behind a stop string, however far the engine went on", () => {
    const long = write(writer, begin(), { max_tokens: 200 });
    const stop = long.text.slice(41, 44);
    const at = long.text.indexOf(stop);
    for (const steps of [1, 7, 64]) {
      const stopped = write(writer, begin(), { max_tokens: 200, stop: [stop], steps });
      expect(stopped.text).toBe(long.text.slice(0, at));
      const rest = write(writer, stopped.memory, { max_tokens: 200 - at - stop.length });
      expect(rest.text).toBe(long.text.slice(at + stop.length));
    }
  });
});

// Attention carries a window of states, which randomTextCheckpoint has no weights for: test/stories/sessions.test.ts trains one.

it("moves between the engines", () => {
  const engines = kinds.length > 4 ? (["wasm", "native", "tensors"] as const) : (["wasm", "tensors"] as const);
  const [first, ...others] = engines.map((kind) => writerOf(kind, { cell: "lstm", units: 21, layers: 2 }));
  const begun = write(first!, newTextMemory(3, first!.own), { prompt: "to be", temperature: 0 });
  const { text } = write(first!, begun.memory, { temperature: 0, max_tokens: 100 });
  for (const other of others) {
    expect(other.own.digests).toEqual(first!.own.digests);
    expect(write(other, begun.memory, { temperature: 0, max_tokens: 100 }).text).toBe(text);
  }
});

describe("a state from elsewhere", () => {
  const writer = writerOf("wasm", { cell: "lstm", units: 8 });
  const { own } = writer;
  const good = JSON.parse(writeTextMemory(write(writer, newTextMemory(1, own), {}).memory, own).text) as TextState;
  const refusals = (changes: object, model = own) => {
    try {
      readTextMemory({ ...good, ...changes }, model, "/state");
    } catch (error) {
      const { code, errors } = error as { code: string; errors: { pointer: string }[] };
      return [code, ...errors.map(({ pointer }) => pointer)];
    }
    return [];
  };
  const base64 = (values: Float32Array) => Buffer.from(values.buffer).toString("base64");

  it("is checked in every part", () => {
    expect(refusals({})).toEqual([]);
    expect(refusals({ hidden: base64(new Float32Array(15)) })).toEqual(["validation_failed", "/state/hidden"]);
    expect(refusals({ hidden: "*".repeat(good.hidden.length) })).toEqual(["validation_failed", "/state/hidden"]);
    expect(refusals({ hidden: base64(new Float32Array(16).fill(Number.NaN)) })).toEqual([
      "validation_failed",
      "/state/hidden",
    ]);
    expect(refusals({ random: [0, 0, 0, 0], pending: 29, seen: "" })).toEqual([
      ...["validation_failed", "/state/seen", "/state/random", "/state/pending"],
    ]);
    expect(refusals({ held: "YQ==" })).toEqual(["validation_failed", "/state/held"]); // an a is whole
    expect(refusals({ held: "w/A=" })).toEqual(["validation_failed", "/state/held"]);
    expect(refusals({ held: "8J+Y" })).toEqual([]);
  });

  it("is refused where the weights, the architecture or the vocabulary are others", () => {
    const names = (changes: Partial<Architecture>, characters = letters) =>
      refusals({}, writerOf("tensors", changes, characters).own);
    expect(names({ cell: "lstm", units: 9 })).toEqual([
      ...["session_state_mismatch", "/state/model/weights", "/state/model/architecture"],
    ]);
    expect(names({ cell: "lstm", units: 8 }, [...letters.slice(0, -1), "!"])).toEqual([
      ...["session_state_mismatch", "/state/model/vocabulary"],
    ]);
  });
});

it("carries half a character of bytes over to the next call", () => {
  const writer = writerOf("wasm", { cell: "gru", units: 8 });
  const memory = newTextMemory(1, writer.own);
  const bytes: Vocabulary = Object.assign(Object.create(writer.vocabulary) as Vocabulary, {
    encode: () => ({ ids: new Int32Array(0), unknown: [] }),
    text: () => null,
    bytes: () => Uint8Array.of(0x98),
  });
  const held = { ...memory, pending: 3, held: Uint8Array.of(0xf0, 0x9f) };
  const first = write({ ...writer, vocabulary: bytes }, held, { max_tokens: 1 });
  expect(first.text).toBe("");
  expect([...first.memory.held]).toEqual([0xf0, 0x9f, 0x98]);
  expect(write({ ...writer, vocabulary: bytes }, first.memory, { max_tokens: 1 }).text).toBe("😘");
});
