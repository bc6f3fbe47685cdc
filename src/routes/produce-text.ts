import { randomInt } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import type { TokenLikelihood } from "../schemas/decoding.ts";
import type { GenerateBody, SamplingParameters, TextEvent } from "../schemas/generation.ts";
import { checkDecoding } from "./check-decoding.ts";
import type { TextWriter } from "./open-text.ts";

/** Why a reader's own cancel aborts a text: told of the end, it goes on from there. */
export const readersCancel = "cancelled by its reader";

interface TextRequest extends TextWriter {
  body: Omit<GenerateBody, "stream">;
  signal: AbortSignal;
}

/**
 * The one producer of text: text-start with all parameters in effect, deltas, text-end. JSON, server-sent events and sockets carry
 * what it yields. Resolves when the inference thread has accepted the prompt; throws prompt_characters_unknown and the like before.
 * A session moves on before the end is told, unless its reader has left.
 */
export async function produceText(app: FastifyInstance, request: TextRequest): Promise<AsyncIterable<TextEvent>> {
  try {
    return await startText(app, request);
  } catch (error) {
    request.session?.leave();
    throw error;
  }
}

async function startText(app: FastifyInstance, request: TextRequest): Promise<AsyncIterable<TextEvent>> {
  const { model, session, signal } = request;
  const parameters = parametersOf(request.body, session?.session.seed ?? null);
  const { seed: used, ...others } = parameters;
  const isDrawn = parameters.beams === 1;
  const { checkpoint } = model;
  const order = session && { state: session.state, restart: request.body.seed !== undefined };
  const parts = await app.inference.generate({ checkpoint, parameters, session: order, signal });
  const hasLeft = () => signal.aborted && signal.reason !== readersCancel;
  signal.addEventListener("abort", () => hasLeft() && session?.leave());

  async function* events(): AsyncIterable<TextEvent> {
    const seed = isDrawn ? used : null;
    const told = isDrawn ? parameters : others;
    yield { type: "text-start", model: model.id, checkpoint: checkpoint.id, seed, parameters: told };
    for await (const part of parts) {
      if (part.type === "delta") {
        app.metrics.characters.inc(part.text.length);
        const { type: _type, ...delta } = part;
        yield { type: "text-delta", ...delta };
        continue;
      }
      if (part.kept && !hasLeft()) await session?.keep(part.kept);
      session?.leave();
      const usage = { prompt_tokens: part.promptTokens, completion_tokens: part.completionTokens };
      const { finishReason: finish_reason, timings, search } = part;
      yield { type: "text-end", finish_reason, usage, timings, ...(search && { search }) };
    }
  }
  return leaving(events(), session);
}

async function* leaving(events: AsyncIterable<TextEvent>, session: TextWriter["session"]): AsyncIterable<TextEvent> {
  try {
    yield* events;
  } finally {
    session?.leave();
  }
}

/** Those in effect, told in full; `begun`: the seed that a session goes on from. Throws validation_failed. */
function parametersOf(body: TextRequest["body"], begun: number | null): SamplingParameters {
  const { prompt, max_tokens, temperature, top_k, top_p, min_p, repetition_penalty, stop } = body;
  const { typical_p, logit_bias, logprobs, allowed_characters, pattern, seed = begun ?? randomInt(2 ** 32) } = body;
  const { beams, length_penalty, alternatives } = body;
  checkDecoding(body);
  const filters = { temperature, top_k, top_p, min_p, typical_p, repetition_penalty, logit_bias };
  const limits = { allowed_characters, pattern, stop, logprobs };
  return { prompt, max_tokens, ...filters, ...limits, beams, length_penalty, alternatives, seed };
}

/** How one JSON reply holds what a stream would have sent. */
export async function foldText(events: AsyncIterable<TextEvent>) {
  let text = "";
  const likelihoods: TokenLikelihood[] = [];
  let start: Extract<TextEvent, { type: "text-start" }> | undefined;
  for await (const event of events) {
    if (event.type === "text-start") start = event;
    else if (event.type === "text-delta") {
      text += event.text;
      for (const likelihood of event.logprobs ?? []) likelihoods.push(likelihood);
    } else if (start !== undefined) {
      const { model, checkpoint, seed, parameters } = start;
      const { finish_reason, usage, timings, search } = event;
      return {
        object: "generation" as const,
        model,
        checkpoint,
        text,
        ...(parameters.logprobs === null ? {} : { logprobs: likelihoods }),
        ...(search && { search }),
        finish_reason,
        seed,
        parameters,
        usage,
        timings,
      };
    }
  }
  throw appError("inference_unavailable", "the text ended before its end was told");
}
