/** Makes tokens that came before less likely: a logit above 0 divided by the penalty, any other multiplied by it (CTRL, Keskar et al. 2019). logits: [vocabulary], in place. */
export function penaliseRepetition(logits: Float32Array, seen: Iterable<number>, penalty: number): void {
  for (const token of seen) {
    const logit = logits[token]!;
    logits[token] = logit > 0 ? logit / penalty : logit * penalty;
  }
}
