/** What we take of jstat, which has no types of its own. */
declare module "jstat" {
  interface Library {
    gammaln(value: number): number;
    normal: {
      inv(level: number, mean: number, deviation: number): number;
      cdf(value: number, mean: number, deviation: number): number;
    };
    studentt: { inv(level: number, degrees: number): number };
    gamma: { inv(level: number, shape: number, scale: number): number };
  }
  const library: { jStat: Library };
  export default library;
}
