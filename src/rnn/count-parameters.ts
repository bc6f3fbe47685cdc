import { countParts, type NetworkDesign } from "./count-parts.ts";

/** Trainable numbers of a network, without building it; null for text while its vocabulary is not known. */
export function countParameters(design: NetworkDesign): number | null {
  const parts = countParts(design);
  if (parts === null) return null;
  const layers = parts.layers.reduce((sum, count) => sum + count, 0);
  return parts.members * (parts.embedding + layers + parts.attention + parts.head);
}

/** The vocabulary of a text network of so many parameters: every character adds as many as the next. */
export function vocabularySizeOf(design: NetworkDesign, parameterCount: number): number {
  const [one, two] = [1, 2].map((vocabularySize) => countParameters({ ...design, vocabularySize })!) as [
    number,
    number,
  ];
  return 1 + Math.round((parameterCount - one) / (two - one));
}
