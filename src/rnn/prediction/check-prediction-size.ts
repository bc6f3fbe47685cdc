import { appError } from "../../errors.ts";
import type { Inclusion } from "../../schemas/prediction.ts";
import { gateCount } from "../layers/gate-count.ts";
import type { PredictionNetwork } from "./prediction-network.ts";

type Sizes = Pick<PredictionNetwork, "architecture" | "output" | "outputSize">;

/** One request has the thread that serves all for no longer than this takes. */
const mostSteps = 20_000;
const mostNumbers = 1_000_000;

/** Throws validation_failed for a request that would hold up the others, or come back as a reply that nobody can read. */
export function checkPredictionSize(network: Sizes, steps: number[], include: Inclusion[]): void {
  const all = steps.reduce((sum, count) => sum + count, 0);
  if (all > mostSteps) {
    throw tooLarge(
      "/inputs",
      `expected at most ${mostSteps} steps in all inputs together, got ${all}`,
      "send fewer or shorter inputs",
    );
  }
  const numbers = steps.reduce((sum, count) => sum + numbersFor(network, count, include), 0);
  if (numbers <= mostNumbers) return;
  const message = `expected a reply of at most ${mostNumbers} numbers, this one would have ${numbers}`;
  throw tooLarge("/inputs", message, include.length > 0 ? "include less, or send fewer steps" : "send fewer steps");
}

function numbersFor({ architecture, output, outputSize }: Sizes, steps: number, include: Inclusion[]): number {
  const { cell, units, layers, bidirectional } = architecture;
  const rows = output === "each_step" ? steps : 1;
  const ofLayers = steps * units * layers * (bidirectional ? 2 : 1);
  const sizes: Record<Inclusion, number> = {
    hidden_states: ofLayers * (cell === "lstm" ? 2 : 1),
    gates: ofLayers * gateCount[cell],
    attention: rows * steps,
  };
  return rows * outputSize + include.reduce((sum, name) => sum + sizes[name], 0);
}

function tooLarge(pointer: string, message: string, hint: string) {
  return appError("validation_failed", `${pointer}: ${message}`, {
    errors: [{ pointer, code: "size", message, hint }],
  });
}
