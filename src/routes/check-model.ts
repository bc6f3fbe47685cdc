import { totalmem } from "node:os";
import { appError, type ErrorDetail } from "../errors.ts";
import type { Architecture, ForecastSettings, SequenceSettings, Task } from "../schemas/models.ts";
import type { TextSettings } from "../schemas/vocabulary.ts";
import { architectureFaults } from "./architecture-faults.ts";
import { likelihoodFaults } from "./likelihood-faults.ts";

interface Design {
  task: Task;
  architecture: Architecture;
  forecast: ForecastSettings | null;
  sequence: SequenceSettings | null;
  text?: TextSettings | null;
}

/** What no field can say alone: settings of the other task, settings that contradict each other, and a network too large to train here. */
export function checkModel(design: Design): void {
  const { architecture, forecast, sequence } = design;
  const errors = [
    ...taskFaults(design),
    ...architectureFaults(design),
    ...forecastFaults(forecast),
    ...(forecast === null ? [] : likelihoodFaults(forecast)),
    ...sequenceFaults(sequence),
    ...textFaults(design),
  ];
  if (errors.length === 0) errors.push(...sizeFaults(architecture));
  const [first] = errors;
  if (first !== undefined) throw appError("validation_failed", `${first.pointer}: ${first.message}`, { errors });
}

const example = {
  forecast: '"forecast":{"horizon":24}',
  sequence: '"sequence":{"input_size":3,"output_size":1}',
} as const;

/** Each task has the settings of its name, and only them. */
function taskFaults({ task, architecture, ...settings }: Design): ErrorDetail[] {
  const errors: ErrorDetail[] = [];
  for (const name of ["forecast", "sequence"] as const) {
    const isGiven = settings[name] !== null;
    if (name === task && !isGiven) {
      const message = `a ${task} model needs its ${name} settings`;
      errors.push({ pointer: `/${name}`, code: "required", message, hint: `send ${example[name]}` });
    } else if (name !== task && isGiven) {
      const message = `a ${task} model takes no ${name} settings`;
      const hint = `leave it out, or set "task":"${name}"`;
      errors.push({ pointer: `/${name}`, code: `not_for_${task}`, message, hint });
    }
  }
  if (task !== "text" && architecture.embedding_size !== null) {
    errors.push({
      pointer: "/architecture/embedding_size",
      code: `not_for_${task}`,
      message: `only characters are embedded: a ${task} model has no embedding`,
      value: architecture.embedding_size,
      allowed: null,
    });
  }
  return errors;
}

/** Only text is cut into tokens, and only words and byte pairs are chosen from the data up to a number. */
function textFaults({ task, text }: Design): ErrorDetail[] {
  if (!text) return [];
  if (task !== "text") {
    const message = `a ${task} model takes no text settings`;
    return [{ pointer: "/text", code: `not_for_${task}`, message, hint: 'leave it out, or set "task":"text"' }];
  }
  const { vocabulary, vocabulary_size: size } = text;
  if (size === null || size === undefined || vocabulary === "word" || vocabulary === "bpe") return [];
  const why = vocabulary === "byte" ? "has the 256 bytes" : "has the characters of the data";
  return [
    {
      pointer: "/text/vocabulary_size",
      code: `not_for_${vocabulary}`,
      message: `a ${vocabulary} vocabulary ${why}, neither more nor less`,
      value: size,
      allowed: null,
      hint: 'leave it out, or set "vocabulary":"bpe"',
    },
  ];
}

function sequenceFaults(sequence: SequenceSettings | null): ErrorDetail[] {
  if (sequence === null || sequence.loss !== "cross_entropy" || sequence.output_size >= 2) return [];
  return [
    {
      pointer: "/sequence/output_size",
      code: "too_few_classes",
      message: "cross_entropy chooses between classes: expected at least 2 of them, got 1",
      value: sequence.output_size,
      allowed: { minimum: 2 },
      hint: 'send the number of classes, or "loss":"mse" for a value',
    },
  ];
}

function forecastFaults(forecast: ForecastSettings | null): ErrorDetail[] {
  if (forecast === null) return [];
  const { context_length, block_length, quantiles } = forecast;
  const errors: ErrorDetail[] = [];
  if (context_length !== "auto" && block_length !== "auto" && context_length % block_length !== 0) {
    const message = `expected a multiple of block_length (${block_length}), got ${context_length}`;
    errors.push({ pointer: "/forecast/context_length", code: "not_a_multiple", message, value: context_length });
  }
  if (quantiles.some((quantile, index) => index > 0 && quantile <= (quantiles[index - 1] ?? 0))) {
    const sorted = [...quantiles].sort((a, b) => a - b);
    errors.push({
      pointer: "/forecast/quantiles",
      code: "not_ascending",
      message: "expected ascending quantiles",
      hint: `send ${JSON.stringify(sorted)}`,
    });
  }
  return errors;
}

const gates = { simple_rnn: 1, gru: 3, lstm: 4, min_gru: 2, min_lstm: 3 } as const;
const bytesAParameter = 16; // weight, gradient and the two moments of Adam, as 32-bit floats

/** Training holds four numbers for each weight: more of them than this machine has memory is refused before anything is built. */
function sizeFaults({ cell, units, layers, bidirectional, merge_mode: mergeMode }: Architecture): ErrorDetail[] {
  const directions = bidirectional ? 2 : 1;
  const outputs = bidirectional && mergeMode === "concat" ? 2 * units : units;
  const recurrent = cell === "min_gru" || cell === "min_lstm" ? 1 : units + 1;
  const parameters = directions * gates[cell] * units * (recurrent * layers + outputs * (layers - 1));
  const needed = parameters * bytesAParameter;
  const available = memoryBytes();
  if (needed <= available) return [];
  const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const message = `${layers} layers of ${units} units need ${gigabytes(needed)} to train, and this machine has ${gigabytes(available)}`;
  return [
    { pointer: "/architecture/units", code: "too_large", message, value: units, hint: "use fewer units or layers" },
  ];
}

/** Of the machine, or of the container where that has less. */
function memoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
