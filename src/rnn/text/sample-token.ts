import { appError } from "../../errors.ts";
import { keepTypical } from "./keep-typical.ts";
import { rankWeights } from "./rank-weights.ts";

export interface SamplingRule {
  /** 0 always takes the likeliest token. */
  temperature: number;
  topK: number | null;
  topP: number;
  /** Share of the likeliest token's probability that a token must have. */
  minP: number;
  /** Share of the probability that the typical tokens kept must hold; 1 keeps all. */
  typicalP: number;
  /** Above 1 makes tokens that came before less likely; see penaliseRepetition. */
  repetitionPenalty: number;
}

// Scratch of the thread: one token is drawn at a time.
let weights = new Float64Array(0); // [vocabulary]

/**
 * Draws a token from softmax(logits / temperature), kept to the top_k likeliest and, of their probability, to the smallest set
 * that holds top_p (Holtzman et al. 2020), to those at least min_p times as likely as the likeliest (Nguyen et al. 2024), and to the
 * typical ones of what is left (see keepTypical); in this order, as in Hugging Face's transformers. Equal logits rank by token id.
 * `uniform` is in [0, 1): the same one gives the same token, and a filter that removes nothing changes nothing.
 * logits: [vocabulary], -Infinity for a token that may not come.
 */
export function sampleToken(logits: Float32Array, rule: SamplingRule, uniform: number): number {
  const likeliest = argmax(logits);
  if (rule.temperature === 0) return likeliest;
  if (weights.length < logits.length) weights = new Float64Array(logits.length);
  const peak = logits[likeliest]!;
  for (let token = 0; token < logits.length; token += 1) {
    weights[token] = Math.exp((logits[token]! - peak) / rule.temperature);
  }
  keepLikeliest(weights.subarray(0, logits.length), rule);
  if (rule.typicalP < 1) keepTypical(weights.subarray(0, logits.length), rule.typicalP);
  return draw(weights.subarray(0, logits.length), uniform) ?? likeliest;
}

function argmax(logits: Float32Array): number {
  let best = 0;
  for (let token = 0; token < logits.length; token += 1) {
    if (!(logits[token]! < Number.POSITIVE_INFINITY)) {
      throw appError("checkpoint_corrupt", "expected finite logits, got a weight or a logit that is not a number");
    }
    if (logits[token]! > logits[best]!) best = token;
  }
  return best;
}

/** Sets the weights that the filters leave out to zero. */
function keepLikeliest(weights: Float64Array, rule: SamplingRule): void {
  keepRanks(weights, rule);
  // The likeliest weighs 1.
  if (rule.minP === 0) return;
  for (let token = 0; token < weights.length; token += 1) if (weights[token]! < rule.minP) weights[token] = 0;
}

function keepRanks(weights: Float64Array, { topK, topP }: SamplingRule): void {
  const candidates = Math.min(topK ?? weights.length, weights.length);
  if (candidates === weights.length && topP === 1) return;
  const ranking = rankWeights(weights);
  let last = candidates - 1;
  if (topP < 1) {
    let total = 0;
    if (candidates === weights.length) for (const weight of weights) total += weight;
    else for (let rank = 0; rank < candidates; rank += 1) total += weights[ranking.token(rank)]!;
    let held = weights[ranking.token(0)]!;
    for (last = 0; held < topP * total && last < candidates - 1; ) {
      last += 1;
      held += weights[ranking.token(last)]!;
    }
  }
  const least = ranking.token(last);
  for (let token = 0; token < weights.length; token += 1) {
    if (ranking.isBefore(least, token)) weights[token] = 0;
  }
}

/** Walks the vocabulary in its own order, so that a filter never reorders the draw. null where rounding leaves nothing. */
function draw(weights: Float64Array, uniform: number): number | null {
  let total = 0;
  for (const weight of weights) total += weight;
  const target = uniform * total;
  let passed = 0;
  for (let token = 0; token < weights.length; token += 1) {
    passed += weights[token]!;
    if (target < passed) return token;
  }
  return null;
}
