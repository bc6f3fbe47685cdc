/**
 * Locally typical sampling (Meister et al. 2022): sets the weights of tokens to zero whose surprise, -log p, is further from the
 * entropy than that of the closest tokens that together hold the mass. Tokens as far as the last of these stay, as in Hugging Face's
 * transformers. weights: [vocabulary], those of zero stay out.
 */
export function keepTypical(weights: Float64Array, mass: number): void {
  let total = 0;
  for (const weight of weights) total += weight;
  const distances = new Float64Array(weights.length);
  const tokens: number[] = [];
  let entropy = 0;
  for (const [token, weight] of weights.entries()) {
    if (weight === 0) continue;
    const probability = weight / total;
    distances[token] = -Math.log(probability);
    entropy += probability * distances[token]!;
    tokens.push(token);
  }
  for (const token of tokens) distances[token] = Math.abs(distances[token]! - entropy);
  tokens.sort((one, other) => distances[one]! - distances[other]! || one - other);
  let held = 0;
  let last = 0;
  for (; last < tokens.length - 1; last += 1) {
    held += weights[tokens[last]!]! / total;
    if (held >= mass) break;
  }
  const furthest = distances[tokens[last]!]!;
  for (const token of tokens) if (distances[token]! > furthest) weights[token] = 0;
}
