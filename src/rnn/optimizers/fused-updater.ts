import { type Tensor1D, tf } from "../backend.ts";
import { runNativeOperation } from "../native-operation.ts";
import { optimizerNumbers } from "./optimizer-numbers.ts";
import type { OptimizerSettings } from "./optimizer-settings.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Update, Updated, Updater } from "./updater.ts";

const operationOf = { sgd: "UnrollSgd", rmsprop: "UnrollRmsprop", adam: "UnrollAdam" };

/** An update as one native call, native/ops/training-ops.cc. Where backend.level is "fused". */
export function fusedUpdater(settings: OptimizerSettings, { moments: names }: UpdateRule): Updater {
  function update({ weights, gradients, moments, ...situation }: Update): Updated {
    const [norms, ...updated] = runNativeOperation(
      operationOf[settings.kind],
      [tf.tensor1d(optimizerNumbers(settings, situation)), ...weights, ...gradients, ...moments],
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
