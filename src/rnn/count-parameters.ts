import type { Architecture, ResolvedForecastSettings, SequenceSettings, Task } from "../schemas/models.ts";
import { gateCount } from "./layers/gate-count.ts";

/** Trainable numbers of a network, without building it; null for text while its vocabulary is not known. */
export function countParameters(model: {
  task: Task;
  architecture: Architecture;
  forecast: ResolvedForecastSettings | null;
  sequence: SequenceSettings | null;
  vocabularySize: number | null;
}): number | null {
  const { architecture, forecast, sequence, vocabularySize } = model;
  if (model.task === "sequence") return sequence && countSequence(architecture, sequence);
  if (model.task === "forecast") return forecast && countForecast(architecture, forecast);
  return vocabularySize === null ? null : countText(architecture, vocabularySize);
}

function countText(architecture: Architecture, vocabularySize: number): number {
  const { units, embedding_size: embeddingSize } = architecture;
  const embedding = embeddingSize === null ? 0 : vocabularySize * embeddingSize;
  return embedding + countStack(architecture, embeddingSize ?? vocabularySize) + countDense(units, vocabularySize);
}

/** Blocks in; into the head go the last state, the newest block, and for each lag the blocks that stood at the target's place. */
function countForecast(architecture: Architecture, forecast: ResolvedForecastSettings): number {
  const { horizon, block_length: block, lags, head_units: headUnits, quantiles, seeds } = forecast;
  const blocksAhead = Math.ceil(horizon / block);
  const headInputs = architecture.units + block + lags.length * blocksAhead * block;
  const head = countDense(headInputs, headUnits) + countDense(headUnits, horizon * quantiles.length);
  return seeds * (countStack(architecture, block) + head);
}

function countSequence(architecture: Architecture, { input_size, output_size }: SequenceSettings): number {
  return countStack(architecture, input_size) + countDense(architecture.units, output_size);
}

function countStack({ cell, units, layers, reset_after: resetAfter }: Architecture, inputSize: number): number {
  const columns = gateCount[cell] * units;
  const biases = cell === "gru" && resetAfter ? 2 : 1;
  const layer = (inputs: number) => (inputs + units + biases) * columns;
  return layer(inputSize) + (layers - 1) * layer(units);
}

function countDense(inputs: number, outputs: number): number {
  return (inputs + 1) * outputs;
}
