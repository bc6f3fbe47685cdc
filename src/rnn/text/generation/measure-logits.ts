export interface MeasuredStep {
  /** log(softmax(logits)) of a token. */
  of(token: number): number;
  /** The likeliest of those allowed in falling order, of equals the smaller id first. */
  likeliest(count: number, isAllowed: (token: number) => boolean): number[];
}

/** How likely a network itself holds each token, before any rule. logits: [vocabulary], finite; kept. */
export function measureLogits(logits: Float32Array): MeasuredStep {
  const peak = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - peak);
  const logTotal = peak + Math.log(total);
  return {
    of: (token) => logits[token]! - logTotal,
    likeliest: (count, isAllowed) => {
      if (count === 0) return [];
      const tokens = Array.from(logits, (_, token) => token).filter(isAllowed);
      return tokens.sort((one, other) => logits[other]! - logits[one]! || one - other).slice(0, count);
    },
  };
}
