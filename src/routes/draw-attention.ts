import { attentionMap } from "../pictures/attention-map.ts";
import type { Prediction, PredictionBody } from "../schemas/prediction.ts";

/** Signs that stand for characters one does not see. */
const visible: Record<string, string> = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍" };

/** The attention of a prediction's first output, its steps named by the characters of a text, or numbered. */
export function drawAttention(name: string, { outputs, vocabulary }: Prediction, { inputs }: PredictionBody): string {
  const weights = outputs[0]!.attention!;
  const columns = stepNames(outputs[0]!.tokens ?? inputs[0]!, vocabulary);
  const rows = weights.length === columns.length ? columns : ["end"];
  return attentionMap({ name, weights, columns, rows });
}

function stepNames(input: PredictionBody["inputs"][number], vocabulary: string[] | null): string[] {
  if (vocabulary === null) return Array.from({ length: input.length }, (_, step) => String(step));
  const characters = typeof input === "string" ? [...input] : input.map((id) => vocabulary[Number(id)] ?? "");
  return characters.map((character) => visible[character] ?? character);
}
