import { splitPieces } from "./split-pieces.ts";

/** How often each piece of a text occurs, in the order of their first places. */
export function countPieces(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const piece of splitPieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return counts;
}
