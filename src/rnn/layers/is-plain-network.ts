import type { Architecture } from "../../schemas/models.ts";

const cells: readonly string[] = ["simple_rnn", "lstm", "gru"];
/** Fields that the engines know, and those that act in training alone or only beside another that must be off. */
const understood = new Set([
  ...["cell", "units", "layers", "embedding_size", "reset_after"],
  ...["dropout", "recurrent_dropout", "initializer", "merge_mode", "attention_window"],
]);
const off: readonly unknown[] = [null, false, "tanh", "fp32"];

/** Whether a network is layers of a cell one on another and nothing else: what the engines that serve without TensorFlow compute. */
export function isPlainNetwork(architecture: Architecture): boolean {
  const rest = Object.entries(architecture).filter(([field]) => !understood.has(field));
  return cells.includes(architecture.cell) && rest.every(([, value]) => off.includes(value));
}
