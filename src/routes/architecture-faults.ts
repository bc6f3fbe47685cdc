import type { ErrorDetail } from "../errors.ts";
import type { Architecture, Task } from "../schemas/models.ts";

interface Design {
  task: Task;
  architecture: Architecture;
}

/** Settings of an architecture that mean nothing beside the others, or nothing for the task. */
export function architectureFaults(design: Design): ErrorDetail[] {
  const { architecture } = design;
  return [
    ...cellFaults(architecture),
    ...directionFaults(design),
    ...attentionFaults(design),
    ...layerFaults(architecture),
  ];
}

const at = (field: keyof Architecture) => `/architecture/${field}`;
const isMinimal = ({ cell }: Architecture) => cell === "min_gru" || cell === "min_lstm";

function cellFaults(architecture: Architecture): ErrorDetail[] {
  const { cell, reset_after: resetAfter, activation, recurrent_dropout: recurrentDropout, initializer } = architecture;
  const errors: ErrorDetail[] = [];
  const refuse = (field: keyof Architecture, message: string, hint: string) =>
    errors.push({ pointer: at(field), code: "not_for_cell", message, value: architecture[field], hint });
  if (!resetAfter && cell !== "gru") {
    refuse("reset_after", `only a gru has a reset gate, and the cell is ${cell}`, 'leave it out, or set "cell":"gru"');
  }
  if (activation !== "tanh" && cell !== "simple_rnn") {
    const message = `only a simple_rnn lets its activation be chosen, and the cell is ${cell}`;
    refuse("activation", message, 'leave it out, or set "cell":"simple_rnn"');
  }
  if (!isMinimal(architecture)) return errors;
  if (recurrentDropout > 0) {
    const message = `the gates of a ${cell} do not see the state, so there is nothing to drop`;
    refuse("recurrent_dropout", message, 'leave it out, or set "dropout"');
  }
  if (initializer === "glorot") {
    const message = `a ${cell} has no recurrent kernel, so glorot is what orthogonal is`;
    refuse("initializer", message, "leave it out");
  }
  return errors;
}

function directionFaults({ task, architecture }: Design): ErrorDetail[] {
  const { bidirectional, merge_mode: mergeMode } = architecture;
  if (bidirectional && task === "text") {
    const message = "text is written forwards: a layer that reads backwards would have to read what is not written yet";
    const hint = 'leave it out, or set "task":"forecast"';
    return [{ pointer: at("bidirectional"), code: "not_for_text", message, value: true, allowed: false, hint }];
  }
  if (bidirectional || mergeMode === "concat") return [];
  const message = "one direction has nothing to be merged with";
  const hint = 'leave it out, or set "bidirectional":true';
  return [{ pointer: at("merge_mode"), code: "not_bidirectional", message, value: mergeMode, hint }];
}

function attentionFaults({ task, architecture }: Design): ErrorDetail[] {
  const { attention, attention_window: window } = architecture;
  if (attention === null && window !== null) {
    const message = "without attention there is no window";
    const hint = 'leave it out, or set "attention":"dot"';
    return [{ pointer: at("attention_window"), code: "no_attention", message, value: window, hint }];
  }
  if (attention !== null && window === null && task === "text") {
    const message = "a text may become of any length: its attention needs a window of steps to look back on";
    return [{ pointer: at("attention_window"), code: "required", message, hint: 'set "attention_window":64' }];
  }
  return [];
}

function layerFaults({ residual, layers }: Architecture): ErrorDetail[] {
  if (!residual || layers > 1) return [];
  const message = "a residual connection leads from one layer to the next, and there is one layer";
  return [
    { pointer: at("residual"), code: "one_layer", message, value: true, hint: 'leave it out, or set "layers":2' },
  ];
}
