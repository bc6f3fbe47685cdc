import type { CheckpointContents } from "../../../src/rnn/checkpoint.ts";
import type { HostTensor } from "../../../src/rnn/host-tensor.ts";
import { Random } from "../../../src/rnn/random.ts";
import type { ResolvedForecastSettings } from "../../../src/schemas/models.ts";
import { plainForecast } from "../../forecast-settings.ts";
import { randomTextCheckpoint } from "./random-text-checkpoint.ts";

const units = 8;
const forecast = {
  ...plainForecast,
  horizon: 4,
  context_length: 24,
  block_length: 12,
  lags: [1],
  season_length: 12,
  baseline: "seasonal" as const,
  transform: "none" as const,
  head_units: 6,
  quantiles: [0.1, 0.5, 0.9],
};

/** A forecaster of monthly values that was never trained. */
export function randomForecastCheckpoint(changes: Partial<ResolvedForecastSettings> = {}): CheckpointContents {
  const { description } = randomTextCheckpoint({}, ["a"]);
  const random = new Random(3);
  const headInputs = units + forecast.block_length * 2;
  const shapes: Record<string, number[]> = {
    "recurrent/0/kernel": [forecast.block_length, 3 * units],
    "recurrent/0/recurrent_kernel": [units, 3 * units],
    "recurrent/0/bias": [2, 3 * units],
    "head/hidden/kernel": [headInputs, forecast.head_units],
    "head/hidden/bias": [forecast.head_units],
    "head/output/kernel": [forecast.head_units, forecast.horizon * forecast.quantiles.length],
    "head/output/bias": [forecast.horizon * forecast.quantiles.length],
  };
  const tensors = new Map<string, HostTensor>();
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors.set(`model/${name}`, { shape, data: Float32Array.from({ length: size }, () => 0.3 * random.normal()) });
  }
  const architecture = { ...description.architecture, cell: "gru" as const, units };
  const taskDescription = { frequency: "mo", long_season: 12, minimum_history: 24 };
  const settings = { ...forecast, ...changes };
  return {
    description: { ...description, task: "forecast", architecture, forecast: settings, taskDescription },
    tensors,
  };
}
