import { pointerPart } from "./cell-pointer.ts";
import { type FaultList, shown } from "./fault-list.ts";
import { type IncomingSequence, maximumColumns, maximumNumbers, maximumSteps } from "./incoming-sequence.ts";

const parts = ["inputs", "targets"] as const;

interface Place {
  /** Of the object in the request or file. */
  pointer: string;
  /** How a person finds it: `line 3`. */
  name: string;
  faults: FaultList;
}

/** Reads `{inputs, targets}`; adds every fault of its shape, and returns null then. */
export function parseSequence(value: unknown, { pointer, name, faults }: Place): IncomingSequence | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = `${name}: expected an object such as {"inputs": [[0.1], [0.2]], "targets": [[1], [0]]}`;
    faults.add({ pointer, code: "object", message });
    return null;
  }
  const unknown = Object.keys(value).filter((field) => !(parts as readonly string[]).includes(field));
  for (const field of unknown) {
    const message = `${name}: expected the fields inputs and targets, got ${JSON.stringify(shown(field))}`;
    faults.add({ pointer: `${pointer}/${pointerPart(shown(field))}`, code: "unknown_field", message });
  }
  const [inputs, targets] = parts.map((part) => {
    const rows = (value as Record<string, unknown>)[part];
    return isTable(rows, { pointer: `${pointer}/${part}`, name: `${name}, ${part}`, faults }) ? rows : null;
  });
  if (unknown.length > 0 || !inputs || !targets) return null;
  return {
    ...{ name, inputs, targets },
    pointer: (part, step) => `${pointer}/${part}/${step}`,
    place: (part, step) => `${part} of step ${step}`,
  };
}

/** Rows of numbers. */
function isTable(value: unknown, { pointer, name, faults }: Place): value is number[][] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maximumSteps) {
    const found = Array.isArray(value) ? `${value.length}` : "none";
    const message = `${name}: expected an array of 1 to ${maximumSteps} steps, each an array of numbers, got ${found}`;
    faults.add({ pointer, code: "steps", message, hint: "write one number a step as [[1], [2], [3]]" });
    return false;
  }
  let numbers = 0;
  let sound = true;
  for (const [step, row] of value.entries()) {
    if (!Array.isArray(row) || row.length === 0 || row.length > maximumColumns) {
      const message = `${name}: expected an array of 1 to ${maximumColumns} numbers at step ${step}`;
      faults.add({
        pointer: `${pointer}/${step}`,
        code: "row",
        message,
        hint: "write one number a step as [[1], [2]]",
      });
      return false;
    }
    const column = row.findIndex((item: unknown) => typeof item !== "number");
    if (column >= 0) {
      const message = `${name}: expected a number at step ${step}, column ${column}`;
      const hint = "a sequence has no missing values: fill them in, or cut it in two";
      faults.add({ pointer: `${pointer}/${step}/${column}`, code: "number", message, value: row[column], hint });
      sound = false;
    }
    numbers += row.length;
  }
  if (numbers <= maximumNumbers) return sound;
  const message = `${name}: expected at most ${maximumNumbers} numbers in a sequence, got ${numbers}`;
  faults.add({ pointer, code: "size", message, hint: "cut it into shorter sequences" });
  return false;
}
