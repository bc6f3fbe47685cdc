import type { Architecture, ResolvedForecastSettings, SequenceSettings, Task } from "../schemas/models.ts";
import type { NetworkParts } from "../schemas/network-parts.ts";
import { gateCount } from "./layers/gate-count.ts";
import { stackOutputSize } from "./layers/stack-output-size.ts";
import { likelihoods } from "./series/distributions/likelihoods.ts";

/** What decides a network's size. */
export interface NetworkDesign {
  task: Task;
  architecture: Architecture;
  forecast: ResolvedForecastSettings | null;
  sequence: SequenceSettings | null;
  vocabularySize: number | null;
}

/** Trainable numbers of each part, without building it; null for text while its vocabulary is not known, and with covariates. */
export function countParts({
  task,
  architecture,
  forecast,
  sequence,
  vocabularySize,
}: NetworkDesign): NetworkParts | null {
  if (task === "sequence") return sequence && countSequence(architecture, sequence);
  // What covariates add depends on the data: their kinds, and how many categories there are.
  if (task === "forecast" && forecast?.covariates?.length) return null;
  if (task === "forecast") return forecast && countForecast(architecture, forecast);
  return vocabularySize === null ? null : countText(architecture, vocabularySize);
}

function countText(architecture: Architecture, vocabularySize: number): NetworkParts {
  const { embedding_size: embeddingSize } = architecture;
  return {
    inputSize: vocabularySize,
    embedding: embeddingSize === null ? 0 : vocabularySize * embeddingSize,
    ...countStack(architecture, embeddingSize ?? vocabularySize),
    head: countDense(stackOutputSize(architecture), vocabularySize),
    outputSize: vocabularySize,
    members: 1,
  };
}

/** Blocks in; into the head go the last state, the newest block, and for each lag the blocks that stood at the target's place. */
function countForecast(architecture: Architecture, forecast: ResolvedForecastSettings): NetworkParts {
  const { horizon, block_length: block, lags, head_units: headUnits, quantiles, seeds } = forecast;
  const outputs = likelihoods[forecast.likelihood ?? "quantile"]?.outputs ?? quantiles.length;
  const blocksAhead = Math.ceil(horizon / block);
  const headInputs = stackOutputSize(architecture) + block + lags.length * blocksAhead * block;
  const outputSize = horizon * outputs;
  return {
    inputSize: block,
    embedding: 0,
    ...countStack(architecture, block),
    head: countDense(headInputs, headUnits) + countDense(headUnits, outputSize),
    outputSize,
    members: seeds,
  };
}

function countSequence(architecture: Architecture, { input_size, output_size }: SequenceSettings): NetworkParts {
  return {
    inputSize: input_size,
    embedding: 0,
    ...countStack(architecture, input_size),
    head: countDense(stackOutputSize(architecture), output_size),
    outputSize: output_size,
    members: 1,
  };
}

function countStack(architecture: Architecture, inputSize: number) {
  return {
    layers: countLayers(architecture, inputSize),
    layerOutputSize: stackOutputSize(architecture),
    attention: countAttention(architecture),
  };
}

/** Of each recurrent layer, the lowest first. */
function countLayers(architecture: Architecture, inputSize: number): number[] {
  const { cell, units, layers, bidirectional, reset_after: resetAfter } = architecture;
  const columns = gateCount[cell] * units;
  const biases = cell === "gru" && resetAfter ? 2 : 1;
  const recurrent = cell === "min_gru" || cell === "min_lstm" ? 0 : units;
  const direction = (inputs: number) => (inputs + recurrent + biases) * columns + countNorms(architecture);
  const layer = (inputs: number) => (bidirectional ? 2 : 1) * direction(inputs);
  const size = stackOutputSize(architecture);
  return Array.from({ length: layers }, (_, index) => layer(index === 0 ? inputSize : size));
}

/** Gains of the gates' sums: of the inputs' share and of the state's; of an lstm's cell state gain and bias. */
function countNorms({ cell, units, layer_norm: layerNorm }: Architecture): number {
  if (!layerNorm) return 0;
  const columns = gateCount[cell] * units;
  if (cell === "lstm") return 2 * columns + 2 * units;
  return cell === "gru" ? 2 * columns : columns;
}

/** Query, key and value; additive attention's scale; the layer that takes context and state. */
function countAttention(architecture: Architecture): number {
  const { attention, units } = architecture;
  if (attention === null) return 0;
  const size = stackOutputSize(architecture);
  return 3 * size * units + (attention === "additive" ? units : 0) + countDense(units + size, size);
}

function countDense(inputs: number, outputs: number): number {
  return (inputs + 1) * outputs;
}
