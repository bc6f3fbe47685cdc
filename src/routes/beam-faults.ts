import type { ErrorDetail } from "../errors.ts";
import type { GenerateBody } from "../schemas/generation.ts";

type Body = Omit<GenerateBody, "stream">;

/** What says how to draw, and what it must be where nothing is drawn. */
const drawing = {
  ...{ temperature: 1, top_k: null, top_p: 1, min_p: 0, typical_p: 1, repetition_penalty: 1 },
  ...{ logit_bias: {}, seed: undefined },
} satisfies Partial<Record<keyof Body, unknown>>;

/** Options that mean nothing beside beams, or without them. */
export function beamFaults(body: Body): ErrorDetail[] {
  if (body.beams === 1) return searchWithout(body);
  const fields = Object.keys(drawing) as (keyof typeof drawing)[];
  const errors = fields
    .filter((field) => JSON.stringify(body[field]) !== JSON.stringify(drawing[field]))
    .map<ErrorDetail>((field) => {
      const message = `expected none beside beams above 1: a beam search draws nothing, it looks for the likeliest text`;
      return { ...conflict(field, message, body[field]), hint: `leave ${field} out, or beams` };
    });
  if (body.alternatives >= body.beams) {
    const message = `expected fewer alternatives than beams (${body.beams})`;
    errors.push({ ...conflict("alternatives", message, body.alternatives), allowed: { maximum: body.beams - 1 } });
  }
  if ((body.logprobs ?? 0) > 0 && (body.pattern !== null || body.allowed_characters !== null)) {
    const message = "expected 0 or null beside beams above 1 and pattern or allowed_characters";
    const hint = "ask score for the likeliest tokens at each place of the text";
    errors.push({ ...conflict("logprobs", message, body.logprobs), allowed: [0, null], hint });
  }
  return errors;
}

function searchWithout(body: Body): ErrorDetail[] {
  return (["length_penalty", "alternatives"] as const)
    .filter((field) => body[field] !== 0)
    .map((field) => {
      const message = "expected 0 without a beam search";
      return { ...conflict(field, message, body[field]), allowed: 0, hint: "ask for beams above 1" };
    });
}

function conflict(field: keyof Body, message: string, value: unknown): ErrorDetail {
  return { pointer: `/${field}`, code: "conflict", message, value };
}
