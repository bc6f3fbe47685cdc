import type { TrainingSettings } from "../../schemas/jobs.ts";
import { type Tensor1D, tf } from "../backend.ts";
import { runNativeOperation } from "../native-operation.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Update, Updated, Updater } from "./updater.ts";

const operationOf = { sgd: "UnrollSgd", rmsprop: "UnrollRmsprop", adam: "UnrollAdam", adamw: "UnrollAdam" };

/** An update as one native call, native/ops/training-ops.cc. Where backend.level is "fused". */
export function fusedUpdater(
  { optimizer, weight_decay }: Pick<TrainingSettings, "optimizer" | "weight_decay">,
  { moments: names }: UpdateRule,
): Updater {
  const isAdam = optimizer === "adam" || optimizer === "adamw";
  const weightDecay = optimizer === "adamw" ? weight_decay : 0;

  function update({ weights, gradients, moments, learningRate, clipNorm, step }: Update): Updated {
    const stepSize = isAdam ? learningRate / (1 - 0.9 ** step) : learningRate;
    const rootCorrection = isAdam ? Math.sqrt(1 - 0.999 ** step) : 1;
    const settings = tf.tensor1d([
      clipNorm ?? Number.POSITIVE_INFINITY,
      stepSize,
      rootCorrection,
      1 - learningRate * weightDecay,
    ]);
    const [norm, ...updated] = runNativeOperation(
      operationOf[optimizer],
      [...weights, ...gradients, settings, ...moments],
      1 + weights.length + moments.length,
      { N: weights.length },
    );
    const value = norm!.dataSync()[0]!;
    if (!Number.isFinite(value)) return { norm: value, weights: [], moments: [] };
    const newMoments = updated.slice(weights.length) as Tensor1D[];
    return { norm: value, weights: updated.slice(0, weights.length), moments: newMoments };
  }

  return { moments: names, update: (each) => tf.tidy(() => update(each)) };
}
