import type { Random } from "../random.ts";

/** All there is to know of a dropout mask; two draws of `random`. A place is dropped where its word is below the threshold. */
export function drawDropout(share: number, random: Random) {
  const [firstKey, secondKey] = [random.word(), random.word()];
  return { firstKey, secondKey, threshold: Math.min(2 ** 32 - 1, Math.ceil(share * 2 ** 32)), kept: 1 / (1 - share) };
}
