import type { Random } from "../random.ts";
import { shuffled } from "./split-sequences.ts";

/** Batches whose sequences are put side by side by length: enough to make padding rare, few enough to keep batches random. */
const batchesInABucket = 16;

/** Every sequence once, in batches of about the same length, in a random order. The last bucket may hold a smaller batch. */
export function planBatches(lengths: number[], size: number, random: Random): number[][] {
  const order = shuffled(lengths.length, random);
  const batches: number[][] = [];
  for (let start = 0; start < order.length; start += size * batchesInABucket) {
    const bucket = order.slice(start, start + size * batchesInABucket).sort((a, b) => lengths[a]! - lengths[b]!);
    for (let from = 0; from < bucket.length; from += size) batches.push(bucket.slice(from, from + size));
  }
  return shuffled(batches.length, random).map((index) => batches[index]!);
}
