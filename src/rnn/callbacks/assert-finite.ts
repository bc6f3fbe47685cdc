import { appError } from "../../errors.ts";
import type { HostTensor } from "../host-tensor.ts";
import type { Clipping } from "../optimizers/updater.ts";

export interface Situation extends Clipping {
  step: number;
  learningRate: number;
}

/** Throws training_diverged where a number of a run is not finite, and says what to try. */
export function assertFinite(numbers: Record<string, number>, situation: Situation): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) throw diverged(`the ${name} became ${value}`, situation);
  }
}

/** The same for the values of tensors: nothing that is not finite is ever written to a checkpoint. */
export function assertFiniteTensors(tensors: ReadonlyMap<string, HostTensor>, situation: Situation): void {
  for (const [name, { data }] of tensors) {
    if (!allFinite(data)) throw diverged(`tensor ${name} holds numbers that are not finite`, situation);
  }
}

/** Ten times as fast as every(Number.isFinite): a checkpoint holds millions of numbers. */
function allFinite(data: Float32Array | Int32Array): boolean {
  for (let index = 0; index < data.length; index++) if (data[index]! - data[index]! !== 0) return false;
  return true;
}

function diverged(what: string, { step, learningRate, ...clipping }: Situation) {
  const lower = Number((learningRate / 10).toPrecision(2));
  const advice = `Try a lower learning_rate (${lower}), ${clippingAdvice(clipping)} or warmup_steps`;
  return appError(
    "training_diverged",
    `expected finite numbers, but at step ${step}, learning rate ${learningRate}, ${what}. ${advice}. The last checkpoint is kept.`,
  );
}

function clippingAdvice({ clipNorm, clipValue }: Clipping): string {
  if (clipNorm !== null) return `a smaller clip_norm (now ${clipNorm})`;
  return clipValue === null ? "set a clip_norm (5 is usual)" : `a smaller clip_value (now ${clipValue})`;
}
