import type { OptimizerSettings } from "./optimizer-settings.ts";
import type { Update } from "./updater.ts";

type Situation = Pick<Update, "clipNorm" | "clipValue" | "learningRate" | "step">;

/** What an update needs to know, in the order of native/kernels/training/optimizer-settings.h. */
export function optimizerNumbers(settings: OptimizerSettings, situation: Situation): number[] {
  const { clipNorm, clipValue } = situation;
  const bounds = [clipNorm ?? Number.POSITIVE_INFINITY, clipValue ?? Number.POSITIVE_INFINITY];
  return [...bounds, ...ruleNumbers(settings, situation)];
}

function ruleNumbers(settings: OptimizerSettings, { learningRate, step }: Situation): number[] {
  if (settings.kind === "sgd") return [learningRate, settings.momentum, settings.nesterov ? 1 : 0];
  if (settings.kind === "rmsprop") {
    const { rho, epsilon, momentum, centered } = settings;
    return [learningRate, rho, 1 - rho, epsilon, momentum, centered ? 1 : 0];
  }
  const { beta_1: beta1, beta_2: beta2, epsilon, weight_decay: weightDecay } = settings;
  const [stepSize, rootCorrection] = [learningRate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
  return [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rootCorrection, 1 - learningRate * weightDecay];
}
