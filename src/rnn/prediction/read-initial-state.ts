import { appError, type ErrorDetail } from "../../errors.ts";
import type { LayerState } from "../../schemas/prediction.ts";
import { type Tensor2D, tf } from "../backend.ts";
import type { RecurrentState } from "../layers/recurrent-layer.ts";
import type { PredictionNetwork } from "./prediction-network.ts";

type Direction = Pick<LayerState, "hidden" | "cell">;

/** The states that a pass begins with, one row; zeros where none are given. Throws validation_failed with every part that does not fit. */
export function readInitialState(
  given: LayerState[] | null,
  { architecture, stack, causal }: PredictionNetwork,
): RecurrentState[] {
  if (given === null) return stack.initialStates(1);
  const errors = causal && architecture.attention !== null ? [noMemory] : stateFaults(given, architecture);
  if (errors.length > 0) {
    throw appError("validation_failed", `${errors[0]!.pointer}: ${errors[0]!.message}`, {
      errors: errors.slice(0, 20),
    });
  }
  const partsOf = ({ hidden, cell }: Direction): RecurrentState =>
    [hidden, ...(cell ? [cell] : [])].map((values): Tensor2D => tf.tensor2d(values, [1, values.length]));
  return given.map((layer) => [...partsOf(layer), ...(layer.backward ? partsOf(layer.backward) : [])]);
}

const noMemory: ErrorDetail = {
  pointer: "/initial_state",
  code: "not_applicable",
  message: "attention of a text model remembers the states of earlier steps as well: it cannot go on from the last one",
  hint: "send the whole text",
};

function stateFaults(given: LayerState[], { cell, units, layers, bidirectional }: PredictionNetwork["architecture"]) {
  const errors: ErrorDetail[] = [];
  const add = (pointer: string, code: string, message: string, extras: Partial<ErrorDetail> = {}) =>
    errors.push({ pointer, code, message, ...extras });
  if (given.length !== layers) {
    const message = `expected the state of each of the ${layers} layers, got ${given.length}`;
    add("/initial_state", "length", message, { value: given.length, allowed: layers });
  }
  const check = (part: Direction, pointer: string) => {
    for (const name of ["hidden", "cell"] as const) {
      const values = part[name];
      const isWanted = name === "hidden" || cell === "lstm";
      if (!isWanted && values !== undefined)
        add(`${pointer}/${name}`, "not_applicable", `a ${cell} has no ${name} state`);
      else if (isWanted && values?.length !== units) {
        const message = `expected ${units} numbers, the model's units, got ${values?.length ?? "none"}`;
        add(`${pointer}/${name}`, values === undefined ? "required" : "length", message, { allowed: units });
      }
    }
  };
  for (const [index, layer] of given.entries()) {
    const pointer = `/initial_state/${index}`;
    check(layer, pointer);
    if (layer.backward !== undefined && !bidirectional) {
      add(`${pointer}/backward`, "not_applicable", "the model reads forwards only");
    } else if (bidirectional && layer.backward === undefined) {
      add(
        `${pointer}/backward`,
        "required",
        "the model reads from both ends: expected the state of the backward direction",
      );
    } else if (layer.backward !== undefined) check(layer.backward, `${pointer}/backward`);
  }
  return errors;
}
