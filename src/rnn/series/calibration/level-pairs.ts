/** A level and the one opposite to it, as positions in the list of levels; both bound the interval of `coverage`. */
export interface LevelPair {
  lower: number;
  upper: number;
  coverage: number;
}

/** The central intervals that the levels (ascending) hold, the widest first. A level without an opposite is in none. */
export function levelPairs(levels: number[]): LevelPair[] {
  return levels.flatMap((level, lower) => {
    if (level >= 0.5) return [];
    const upper = levels.findIndex((other) => Math.abs(other - (1 - level)) < 1e-9);
    return upper < 0 ? [] : [{ lower, upper, coverage: 1 - 2 * level }];
  });
}
