import { appError, type ErrorDetail } from "../../errors.ts";
import type { KeptState, ModelDigests, TextState } from "../../schemas/sessions.ts";
import { Random, type RandomState } from "../random.ts";
import { unfinishedBytes } from "../text/unfinished-bytes.ts";
import { fromBase64, toBase64 } from "./base64-numbers.ts";
import { checkDigests } from "./check-digests.ts";

/** What a text goes on from in its next call. */
export interface TextMemory {
  /** Tokens read and written. */
  length: number;
  /** What the generator was last started with. */
  seed: number;
  random: RandomState;
  /** The last token, which the state has not read; null before the first. */
  pending: number | null;
  /** Bytes that it ends with, which begin a character and do not finish it. */
  held: Uint8Array;
  hidden: Float32Array; // [stateSize]
  /** Tokens that have come up. */
  seen: ReadonlySet<number>;
}

/** The model that a memory must fit. */
export interface RememberingModel {
  digests: ModelDigests;
  stateSize: number;
  vocabularySize: number;
}

export function newTextMemory(seed: number, { stateSize }: RememberingModel): TextMemory {
  const random = new Random(seed).state();
  const hidden = new Float32Array(stateSize);
  return { length: 0, seed, random, pending: null, held: new Uint8Array(0), hidden, seen: new Set() };
}

/** A state from wherever, which came at `pointer`; throws session_state_mismatch, validation_failed. */
export function readTextMemory(state: TextState, model: RememberingModel, pointer = ""): TextMemory {
  checkDigests(state.model, model.digests, pointer);
  const { length, seed, random, pending } = state;
  const held = Uint8Array.from(Buffer.from(state.held, "base64"));
  const hidden = fromBase64(state.hidden, 4 * model.stateSize, `${pointer}/hidden`);
  const seen = fromBase64(state.seen, Math.ceil(model.vocabularySize / 8), `${pointer}/seen`);
  const faults = [hidden, seen].filter((part) => "message" in part);
  if (random.every((word) => word === 0)) {
    faults.push({ pointer: `${pointer}/random`, code: "range", message: "expected words that are not all zero" });
  }
  if (pending !== null && pending >= model.vocabularySize) {
    const message = `expected a token below ${model.vocabularySize}, got ${pending}`;
    faults.push({ pointer: `${pointer}/pending`, code: "range", message, value: pending });
  }
  if (held.length > 3 || unfinishedBytes(held) !== held.length) {
    const message = "expected bytes that begin a character and do not finish it";
    faults.push({ pointer: `${pointer}/held`, code: "range", message, value: state.held });
  }
  refuse(faults);
  const values = new Float32Array(hidden as ArrayBuffer);
  if (!values.every(Number.isFinite)) {
    refuse([{ pointer: `${pointer}/hidden`, code: "range", message: "expected finite numbers" }]);
  }
  const bits = new Uint8Array(seen as ArrayBuffer);
  const tokens = new Set<number>();
  for (let token = 0; token < model.vocabularySize; token += 1) {
    if ((bits[token >> 3]! >> (token & 7)) & 1) tokens.add(token);
  }
  return { length, seed, random: random as RandomState, pending, held, hidden: values, seen: tokens };
}

function refuse(errors: ErrorDetail[]): void {
  const [first] = errors;
  if (first !== undefined) throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors });
}

export function writeTextMemory(memory: TextMemory, { digests, vocabularySize }: RememberingModel): KeptState {
  const bits = new Uint8Array(Math.ceil(vocabularySize / 8));
  for (const token of memory.seen) bits[token >> 3]! |= 1 << (token & 7);
  const { length, seed, random, pending, held, hidden } = memory;
  const state: TextState = {
    ...{ object: "session_state", version: 1, task: "text", model: digests },
    ...{ length, seed, random, pending, held: toBase64(held), hidden: toBase64(hidden), seen: toBase64(bits) },
  };
  return { text: JSON.stringify(state), length, seed };
}
