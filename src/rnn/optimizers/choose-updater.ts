import type { TrainingSettings } from "../../schemas/jobs.ts";
import type { OptimizerField } from "../../schemas/optimizers.ts";
import { backend } from "../backend.ts";
import { adam } from "./adam.ts";
import { fusedUpdater } from "./fused-updater.ts";
import { type OptimizerSettings, optimizerSettings } from "./optimizer-settings.ts";
import { referenceUpdater } from "./reference-updater.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Updater } from "./updater.ts";

/** The optimizer that was asked for: the one place that decides between implementations. */
export function chooseUpdater(asked: Pick<TrainingSettings, "optimizer" | "weight_decay" | OptimizerField>): Updater {
  const settings = optimizerSettings(asked);
  const rule = updateRuleOf(settings);
  return backend.level === "fused" ? fusedUpdater(settings, rule) : referenceUpdater(rule);
}

/** Its arithmetic in TensorFlow.js operations. */
export function updateRuleOf(settings: OptimizerSettings): UpdateRule {
  if (settings.kind === "sgd") return sgd(settings);
  return settings.kind === "rmsprop" ? rmsprop(settings) : adam(settings);
}
