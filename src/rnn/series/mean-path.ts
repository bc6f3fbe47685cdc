/**
 * Mean of the distribution that the quantile paths describe: straight between the levels, flat beyond the outermost ones. Each
 * path weighs as much as the levels nearest to it.
 */
export function meanPath(paths: Float64Array[], levels: number[]): Float64Array {
  const mean = new Float64Array(paths[0]!.length);
  for (const [index, path] of paths.entries()) {
    const from = index === 0 ? 0 : (levels[index - 1]! + levels[index]!) / 2;
    const to = index === levels.length - 1 ? 1 : (levels[index]! + levels[index + 1]!) / 2;
    for (const [step, value] of path.entries()) mean[step]! += (to - from) * value;
  }
  return mean;
}
