import { forecastPlot } from "../pictures/forecast-plot.ts";
import type { Forecast, ForecastInput } from "../schemas/forecast.ts";

/** The plot of a forecast's first output. */
export function drawForecast({ outputs, model }: Forecast, input: ForecastInput): string {
  const { id, median, timestamps, quantiles } = outputs[0]!;
  const [first, last] = [timestamps?.[0], timestamps?.at(-1)];
  return forecastPlot({
    name: id ?? model,
    history: input.target,
    median,
    bands: bandsOf(quantiles),
    times: first === undefined || last === undefined ? null : { first, last },
  });
}

/** Quantiles that lie as far below the median as others above it, the widest pair first. */
function bandsOf(quantiles: Record<string, number[]>) {
  const paths = Object.entries(quantiles).map(([level, path]) => ({ level: Number(level), path }));
  return paths
    .filter(({ level }) => level < 0.5)
    .sort((a, b) => a.level - b.level)
    .flatMap(({ level, path: lower }) => {
      const upper = paths.find((other) => Math.abs(other.level - (1 - level)) < 1e-9)?.path;
      return upper === undefined ? [] : [{ label: `${Math.round((1 - 2 * level) * 100)} %`, lower, upper }];
    });
}
