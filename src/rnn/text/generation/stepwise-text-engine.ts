import { penaliseRepetition } from "../penalise-repetition.ts";
import { sampleToken } from "../sample-token.ts";
import type { DecoderState, TextDecoder } from "../text-decoder.ts";
import { measureLogits } from "./measure-logits.ts";
import { StepwiseStream } from "./stepwise-stream.ts";
import type { Drawn, TextEngine } from "./text-engine.ts";
import { ToldTokens } from "./told-tokens.ts";

/** An engine over a decoder that knows one step of one stream: runs everywhere. */
export function createStepwiseTextEngine(decoder: TextDecoder): TextEngine<StepwiseStream> {
  return {
    bytes: decoder.bytes,
    stateSize: decoder.stateSizes.flat().reduce((sum, size) => sum + size, 0),
    open: (start) => {
      const { earlier } = start;
      return new StepwiseStream(start, earlier ? unpackState(decoder, earlier.state) : decoder.initialState());
    },
    advance: (streams, steps) => streams.map((stream) => advanceStream(decoder, stream, steps)),
    branch: (stream, token) => stream.branch(token),
    save: ({ state, random }) => ({ state: packState(decoder, state), random: random.state() }),
    close: () => undefined,
    dispose: () => decoder.dispose(),
  };
}

/** Side by side, without the padding. */
function packState({ stateSizes }: TextDecoder, state: DecoderState): Float32Array {
  const parts = stateSizes.flatMap((sizes, layer) => sizes.map((size, part) => state[layer]![part]!.subarray(0, size)));
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function unpackState(decoder: TextDecoder, packed: Float32Array): DecoderState {
  const state = decoder.initialState();
  let start = 0;
  for (const [layer, sizes] of decoder.stateSizes.entries()) {
    for (const [part, size] of sizes.entries()) {
      state[layer]![part]!.set(packed.subarray(start, start + size));
      start += size;
    }
  }
  return state;
}

function advanceStream(decoder: TextDecoder, stream: StepwiseStream, steps: number): Drawn | null {
  const { prompt, given } = stream.start;
  const unread = prompt.length - 1 - stream.read; // all but the last, after which a token is drawn
  const reading = Math.min(steps, Math.max(0, unread));
  decoder.read(prompt.subarray(stream.read, stream.read + reading), stream.state);
  stream.read += reading;
  const most = Math.min(steps - reading, stream.left);
  return given ? measureGiven(decoder, stream, most) : drawTokens(decoder, stream, most);
}

function drawTokens(decoder: TextDecoder, stream: StepwiseStream, most: number): Drawn | null {
  const { alternatives = null, allowedAlone = false } = stream.start;
  const told = new ToldTokens(alternatives);
  const isTold = allowedAlone ? (token: number) => stream.mayCome(token) : () => true;
  for (let index = 0; index < most && !stream.ended; index += 1) {
    const logits = decoder.step(stream.takeInput(), stream.state);
    if (!logits.every(Number.isFinite)) {
      stream.left = 0;
      return null;
    }
    const measured = alternatives === null ? null : measureLogits(logits.slice()); // drawing changes them
    const token = drawToken(logits, stream);
    told.add(token, measured, isTold);
    stream.take(token);
  }
  return told.drawn();
}

/** logits: [vocabulary], changed in place. */
function drawToken(logits: Float32Array, stream: StepwiseStream): number {
  const { rule, bias, constraint } = stream.start;
  if (bias) for (const [token, value] of bias.entries()) logits[token]! += value;
  if (stream.seen !== null) penaliseRepetition(logits, stream.seen, rule.repetitionPenalty);
  if (constraint) {
    for (let token = 0; token < logits.length; token += 1) {
      if (!stream.mayCome(token)) logits[token] = Number.NEGATIVE_INFINITY;
    }
  }
  return sampleToken(logits, rule, stream.random.uniform());
}

/** Passes over tokens that are there already, all in one pass of the decoder. */
function measureGiven(decoder: TextDecoder, stream: StepwiseStream, most: number): Drawn | null {
  const { given, alternatives = null } = stream.start;
  const told = new ToldTokens(alternatives);
  if (most === 0) return told.drawn();
  const from = given!.length - stream.left;
  const tokens = given!.subarray(from, from + most);
  const inputs = Int32Array.of(stream.takeInput(), ...tokens.subarray(0, -1));
  const logits = decoder.stepEach(inputs, stream.state); // [tokens, vocabulary]
  if (!logits.every(Number.isFinite)) {
    stream.left = 0;
    return null;
  }
  const size = decoder.vocabularySize;
  for (const [index, token] of tokens.entries()) {
    const step = logits.subarray(index * size, (index + 1) * size);
    told.add(token, alternatives === null ? null : measureLogits(step), () => true);
    stream.take(token);
  }
  return told.drawn();
}
