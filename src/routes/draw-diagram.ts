import type { FastifyInstance } from "fastify";
import type { DiagramLayer } from "../pictures/diagram-rows.ts";
import { networkDiagram } from "../pictures/network-diagram.ts";
import type { ForecastSettings, Model, ResolvedForecastSettings } from "../schemas/models.ts";
import type { NetworkParts } from "../schemas/network-parts.ts";
import { tokenName } from "./token-name.ts";

const cellNames = { simple_rnn: "RNN", lstm: "LSTM", gru: "GRU", min_gru: "minGRU", min_lstm: "minLSTM" } as const;
const inputNames = { forecast: "block of values", sequence: "numbers of a step" } as const;

/** A model as it is designed, trained or not; what its data will decide is left open. */
export async function drawDiagram(app: FastifyInstance, model: Model): Promise<string> {
  const { task, architecture, forecast, sequence, parameter_count: parameterCount } = model;
  const isOpen = forecast !== null && Object.values(forecast).includes("auto");
  const design = { task, architecture, forecast: forecast as ResolvedForecastSettings | null, sequence };
  const parts = isOpen ? null : await app.inference.networkParts({ ...design, parameterCount });
  return networkDiagram({
    name: model.name,
    layers: [...inputLayers(model, parts), ...recurrentLayers(model, parts), ...headLayers(model, parts)],
    notes: notesOf(model, parts),
    parameters: parameterCount,
  });
}

function outputOf({ task, sequence }: Model): DiagramLayer["output"] {
  return task === "forecast" ? "last_step" : (sequence?.output ?? "each_step");
}

function inputLayers({ task, architecture, forecast, text }: Model, parts: NetworkParts | null): DiagramLayer[] {
  const size = parts?.inputSize ?? blockOf(forecast) ?? "vocabulary";
  const input = { kind: "input", sign: "x", output: "each_step", parameters: null } as const;
  const embedding = architecture.embedding_size;
  if (embedding === null) {
    return [
      {
        ...input,
        title: `Input: ${task === "text" ? `${tokenName(text)}, one-hot` : inputNames[task]}`,
        shape: `[batch, time, ${size}]`,
      },
    ];
  }
  const shape = `[batch, time, ${embedding}]`;
  const parameters = parts?.embedding ?? null;
  return [
    { ...input, title: `Input: ${tokenName(text)}`, shape: "[batch, time]" },
    { kind: "dense", title: "Embedding", sign: "embed", shape, parameters, output: "each_step" },
  ];
}

function blockOf(forecast: ForecastSettings | null): number | string | null {
  if (forecast === null) return null;
  return forecast.block_length === "auto" ? "block" : forecast.block_length;
}

function recurrentLayers(model: Model, parts: NetworkParts | null): DiagramLayer[] {
  const { cell, units, layers, bidirectional, merge_mode: mergeMode, attention } = model.architecture;
  const size = parts?.layerOutputSize ?? (bidirectional && mergeMode === "concat" ? 2 * units : units);
  const shape = `[batch, time, ${size}]`;
  const directions = bidirectional ? `, both directions (${mergeMode})` : "";
  const stack = Array.from({ length: layers }, (_, index): DiagramLayer => {
    const title = `${cellNames[cell]}, layer ${index + 1}${directions}`;
    const parameters = parts?.layers[index] ?? null;
    return { kind: "recurrent", title, sign: cellNames[cell], shape, parameters, bidirectional, output: "each_step" };
  });
  if (attention === null) return stack;
  const output = outputOf(model);
  const attended = output === "each_step" ? shape : `[batch, ${size}]`;
  const parameters = parts?.attention ?? null;
  const title = `Attention, ${attention}`;
  return [...stack, { kind: "attention", title, sign: "attention", shape: attended, parameters, output }];
}

function headLayers(model: Model, parts: NetworkParts | null): DiagramLayer[] {
  const { task, sequence, text } = model;
  const output = outputOf(model);
  const size = parts?.outputSize ?? (task === "text" ? "vocabulary" : "outputs");
  const shape = output === "each_step" ? `[batch, time, ${size}]` : `[batch, ${size}]`;
  const isClasses = task === "text" || sequence?.loss === "cross_entropy";
  const title = `${task === "forecast" ? "Head of two layers" : "Dense head"}${isClasses ? ", softmax" : ""}`;
  const told = {
    text: `next ${tokenName(text)}`,
    forecast: "quantiles of the horizon",
    sequence: isClasses ? "class" : "values",
  };
  return [
    { kind: "dense", title, sign: "head", shape, parameters: parts?.head ?? null, output },
    { kind: "output", title: `Output: ${told[task]}`, sign: "y", shape: "", parameters: null, output },
  ];
}

function notesOf({ architecture }: Model, parts: NetworkParts | null): string[] {
  const { dropout, recurrent_dropout: recurrentDropout, layer_norm, residual, attention_window: window } = architecture;
  return [
    ...(parts !== null && parts.members > 1 ? [`mean of ${parts.members} networks like this`] : []),
    ...(dropout > 0 ? [`dropout ${dropout}`] : []),
    ...(recurrentDropout > 0 ? [`recurrent dropout ${recurrentDropout}`] : []),
    ...(layer_norm ? ["layer normalisation"] : []),
    ...(residual ? ["residual from the second layer on"] : []),
    ...(window !== null ? [`attention within ${window} steps`] : []),
  ];
}
