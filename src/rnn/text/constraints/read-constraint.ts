import { appError } from "../../../errors.ts";
import type { SamplingParameters } from "../../../schemas/generation.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { compilePattern } from "./compile-pattern.ts";
import { constrainTokens } from "./constrain-tokens.ts";
import type { TokenConstraint } from "./token-constraint.ts";

/** Numbers of a constraint: states by tokens. */
const mostNumbers = 4_000_000;

/** What a text must keep to; null where it is free. Throws validation_failed for what no text of max_tokens can keep to. */
export function readConstraint(
  { allowed_characters: allowed, pattern, max_tokens: most }: SamplingParameters,
  vocabulary: Vocabulary,
): TokenConstraint | null {
  if (allowed !== null) return allow(allowed, vocabulary);
  if (pattern === null) return null;
  const automaton = compilePattern(pattern);
  if (automaton.states * vocabulary.size > mostNumbers) {
    throw refuse("/pattern", "pattern", pattern, "expected a simpler pattern for a vocabulary of this size");
  }
  const constraint = constrainTokens(automaton, vocabulary);
  const least = constraint.distances[0]!;
  if (constraint.goesOn(0, most)) return constraint;
  if (constraint.goesOn(0, vocabulary.size * automaton.states)) {
    throw refuse(
      "/max_tokens",
      "minimum",
      most,
      `expected room for the shortest match of pattern, at least ${Math.max(1, least)} tokens`,
    );
  }
  throw refuse(
    "/pattern",
    "pattern",
    pattern,
    "expected a pattern that some text of the model's vocabulary matches, longer than none",
  );
}

function allow(allowed: string, vocabulary: Vocabulary): TokenConstraint {
  const { unknown } = vocabulary.encode(allowed);
  if (unknown.length > 0) {
    const shown = unknown.map((character) => JSON.stringify(character)).join(" ");
    throw refuse(
      "/allowed_characters",
      "unknown_character",
      allowed,
      `expected characters that the model knows, got ${shown}`,
    );
  }
  const codePoints = new Set(Array.from(allowed, (character) => character.codePointAt(0)!));
  const step = (_: number, codePoint: number) => (codePoints.has(codePoint) ? 0 : -1);
  const constraint = constrainTokens({ states: 1, step, accepts: () => true }, vocabulary);
  if (constraint.goesOn(0, 1)) return constraint;
  throw refuse("/allowed_characters", "unknown_token", allowed, "expected characters that some token is made of");
}

function refuse(pointer: string, code: string, value: unknown, message: string) {
  return appError("validation_failed", `${pointer}: ${message}`, { errors: [{ pointer, code, message, value }] });
}
