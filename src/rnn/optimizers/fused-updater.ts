import { type Tensor1D, tf } from "../backend.ts";
import { runNativeOperation } from "../native-operation.ts";
import type { OptimizerSettings } from "./optimizer-settings.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Update, Updated, Updater } from "./updater.ts";

const operationOf = { sgd: "UnrollSgd", rmsprop: "UnrollRmsprop", adam: "UnrollAdam" };

/** An update as one native call, native/ops/training-ops.cc. Where backend.level is "fused". */
export function fusedUpdater(settings: OptimizerSettings, { moments: names }: UpdateRule): Updater {
  function update({ weights, gradients, moments, ...situation }: Update): Updated {
    const { clipNorm, clipValue } = situation;
    const bounds = [clipNorm ?? Number.POSITIVE_INFINITY, clipValue ?? Number.POSITIVE_INFINITY];
    const numbers = [...bounds, ...ruleNumbers(settings, situation)];
    const [norms, ...updated] = runNativeOperation(
      operationOf[settings.kind],
      [tf.tensor1d(numbers), ...weights, ...gradients, ...moments],
      1 + weights.length + moments.length,
      { N: weights.length, M: moments.length },
    );
    const [norm, ...each] = norms!.dataSync();
    const result = { norm: norm!, norms: each };
    if (!Number.isFinite(norm)) return { ...result, weights: [], moments: [] };
    const newMoments = updated.slice(weights.length) as Tensor1D[];
    return { ...result, weights: updated.slice(0, weights.length), moments: newMoments };
  }

  return { moments: names, update: (each) => tf.tidy(() => update(each)) };
}

/** As native/kernels/training/calls.h orders them, after the bounds. */
function ruleNumbers(settings: OptimizerSettings, { learningRate, step }: Pick<Update, "learningRate" | "step">) {
  if (settings.kind === "sgd") return [learningRate, settings.momentum, settings.nesterov ? 1 : 0];
  if (settings.kind === "rmsprop") {
    const { rho, epsilon, momentum, centered } = settings;
    return [learningRate, rho, 1 - rho, epsilon, momentum, centered ? 1 : 0];
  }
  const { beta_1: beta1, beta_2: beta2, epsilon, weight_decay: weightDecay } = settings;
  const [stepSize, rootCorrection] = [learningRate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
  return [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rootCorrection, 1 - learningRate * weightDecay];
}
