import { ByteVocabulary, byteCount } from "./byte-vocabulary.ts";

export type Merge = [number, number];

/** Two ids as one key. */
export const pairKey = (first: number, second: number): number => first * 65_536 + second;

/** Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): in each piece the earliest merge first, its leftmost place first. */
export function createBytePairVocabulary(merges: readonly Merge[]): ByteVocabulary {
  const tokens: Uint8Array[] = [];
  const ids = new Map<string, number>();
  const bytesOf = (id: number) => (id < byteCount ? Uint8Array.of(id) : tokens[id - byteCount]!);
  const ranks = new Map<number, { rank: number; id: number }>();
  for (const [rank, [first, second]] of merges.entries()) {
    const bytes = Buffer.concat([bytesOf(first), bytesOf(second)]);
    const name = bytes.toString("latin1");
    const id = ids.get(name) ?? byteCount + tokens.length;
    if (!ids.has(name)) tokens.push(bytes);
    ids.set(name, id);
    ranks.set(pairKey(first, second), { rank, id });
  }
  return new ByteVocabulary({
    kind: "bpe",
    tokens,
    encodePiece: (piece) => mergePiece(Buffer.from(piece), ranks),
    description: { kind: "bpe", merges: [...merges] },
  });
}

function mergePiece(bytes: Uint8Array, ranks: ReadonlyMap<number, { rank: number; id: number }>): number[] {
  const ids = [...bytes];
  for (;;) {
    let [place, best] = [-1, { rank: Number.POSITIVE_INFINITY, id: 0 }];
    for (let index = 0; index + 1 < ids.length; index++) {
      const merge = ranks.get(pairKey(ids[index]!, ids[index + 1]!));
      if (merge !== undefined && merge.rank < best.rank) [place, best] = [index, merge];
    }
    if (place < 0) return ids;
    ids.splice(place, 2, best.id);
  }
}
