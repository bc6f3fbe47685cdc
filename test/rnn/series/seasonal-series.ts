import { Random } from "../../../src/rnn/random.ts";
import type { TestSeries } from "./forecast-spec.ts";

/** Monthly series with a trend, a season of their own and noise: what a seasonal naive forecast misses is the trend. */
export function seasonalSeries(count: number, length: number, seed = 7): TestSeries[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const level = 50 + 200 * random.uniform();
    const slope = level * (0.002 + 0.006 * random.uniform());
    const phase = 2 * Math.PI * random.uniform();
    const target = Array.from({ length }, (_, month) => {
      const season = 1 + 0.3 * Math.sin((2 * Math.PI * month) / 12 + phase);
      return (level + slope * month) * season * (1 + 0.01 * random.normal());
    });
    return { id: `series-${index}`, target };
  });
}
