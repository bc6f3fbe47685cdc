import type { ErrorDetail } from "../../errors.ts";

/** What values a model takes: those whose logarithms there are, or counts. */
export interface ValueRule {
  positive: boolean;
  counts: boolean;
}

/** What is wrong with a value for a model that works on logarithms, or counts. */
export function valueFault(value: number, rule: ValueRule, pointer: string): ErrorDetail | null {
  if (rule.positive && value <= 0) {
    const message = `expected a positive value, because the model works on their logarithms, got ${value}`;
    return { pointer, code: "not_positive", message, value };
  }
  if (rule.counts && (value < 0 || !Number.isInteger(value))) {
    const message = `expected a whole number from 0 on, because the model counts, got ${value}`;
    return { pointer, code: "not_a_count", message, value };
  }
  return null;
}
