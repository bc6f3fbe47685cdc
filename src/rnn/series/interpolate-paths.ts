/** The path at a level between those of `levels` (ascending); outside them the nearest. */
export function interpolatePaths(paths: Float64Array[], levels: number[], level: number): Float64Array {
  const above = levels.findIndex((known) => known >= level);
  if (above === 0 || levels[above] === level) return paths[above]!;
  if (above < 0) return paths.at(-1)!;
  const [low, high] = [levels[above - 1]!, levels[above]!];
  const share = (level - low) / (high - low);
  const upper = paths[above]!;
  return paths[above - 1]!.map((value, step) =>
    Math.min(Math.max(value * (1 - share) + upper[step]! * share, value), upper[step]!),
  );
}
