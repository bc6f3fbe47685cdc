import type { ErrorDetail } from "../../../errors.ts";
import type { ForecastInput } from "../../../schemas/forecast.ts";
import { storedSeries } from "../stored-series.ts";

/** The series to test on: those of a request, or of a dataset, which are read one after the other. */
export type BacktestSource =
  | { type: "inputs"; inputs: ForecastInput[] }
  | { type: "dataset"; path: string; sha256: string; frequency: string | null };

export interface SourceSeries {
  input: ForecastInput;
  pointer: string;
  /** It may have covariates that the model does not know. */
  isStored: boolean;
  /** A fault of the series as the request's sender knows it. */
  told(fault: ErrorDetail): ErrorDetail;
}

export async function* sourceSeries(source: BacktestSource): AsyncGenerator<SourceSeries> {
  if (source.type === "inputs") {
    for (const [index, input] of source.inputs.entries())
      yield { input, pointer: `/inputs/${index}`, isStored: false, told: (fault) => fault };
    return;
  }
  for await (const series of storedSeries(source.path)) {
    const hasTimes = series.start !== undefined || series.timestamps !== undefined;
    const frequency = hasTimes && source.frequency !== null ? { frequency: source.frequency } : {};
    yield {
      input: { ...series, ...frequency },
      pointer: "/dataset",
      isStored: true,
      told: ({ message, ...fault }) => ({
        ...fault,
        pointer: "/dataset",
        message: `series ${series.id.slice(0, 80)}: ${message}`,
      }),
    };
  }
}
