import { Random } from "../../random.ts";
import { penaliseRepetition } from "../penalise-repetition.ts";
import { type SamplingRule, sampleToken } from "../sample-token.ts";
import type { DecoderState, TextDecoder } from "../text-decoder.ts";
import type { TextEngine } from "./text-engine.ts";

interface StepwiseStream {
  prompt: Int32Array;
  rule: SamplingRule;
  random: Random;
  state: DecoderState;
  /** Tokens of the prompt that the state has taken in. */
  read: number;
  /** Tokens still to draw. */
  left: number;
  /** The last one drawn. */
  token: number;
  /** Tokens that the penalty is for; null where there is none. */
  seen: Set<number> | null;
}

/** An engine over a decoder that knows one step of one stream: runs everywhere. */
export function createStepwiseTextEngine(decoder: TextDecoder): TextEngine<StepwiseStream> {
  return {
    bytes: decoder.bytes,
    open: ({ prompt, characters, rule, random }) => ({
      prompt,
      rule,
      random: new Random(random),
      state: decoder.initialState(),
      read: 0,
      left: characters,
      token: 0,
      seen: rule.repetitionPenalty === 1 ? null : new Set(prompt),
    }),
    advance: (streams, steps) => streams.map((stream) => advanceStream(decoder, stream, steps)),
    close: () => undefined,
    dispose: () => decoder.dispose(),
  };
}

function advanceStream(decoder: TextDecoder, stream: StepwiseStream, steps: number): Int32Array | null {
  const unread = stream.prompt.length - 1 - stream.read; // all but the last, after which a token is drawn
  const reading = Math.min(steps, Math.max(0, unread));
  decoder.read(stream.prompt.subarray(stream.read, stream.read + reading), stream.state);
  stream.read += reading;
  const drawn = new Int32Array(Math.min(steps - reading, stream.left));
  for (let index = 0; index < drawn.length; index += 1) {
    const readsPrompt = stream.read < stream.prompt.length;
    const input = readsPrompt ? stream.prompt[stream.read]! : stream.token;
    if (readsPrompt) stream.read += 1;
    const logits = decoder.step(input, stream.state);
    if (!logits.every(Number.isFinite)) {
      stream.left = 0;
      return null;
    }
    if (stream.seen !== null) penaliseRepetition(logits, stream.seen, stream.rule.repetitionPenalty);
    stream.token = sampleToken(logits, stream.rule, stream.random.uniform());
    stream.seen?.add(stream.token);
    stream.left -= 1;
    drawn[index] = stream.token;
  }
  return drawn;
}
