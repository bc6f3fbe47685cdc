import type { TrainingSettings } from "../../schemas/jobs.ts";
import { backend } from "../backend.ts";
import { adam } from "./adam.ts";
import { fusedUpdater } from "./fused-updater.ts";
import { referenceUpdater } from "./reference-updater.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";
import type { UpdateRule } from "./update-rule.ts";
import type { Updater } from "./updater.ts";

type Settings = Pick<TrainingSettings, "optimizer" | "weight_decay">;

/** The optimizer that was asked for: the one place that decides between implementations. */
export function chooseUpdater(settings: Settings): Updater {
  const rule = updateRuleOf(settings);
  return backend.level === "fused" ? fusedUpdater(settings, rule) : referenceUpdater(rule);
}

/** Its arithmetic in TensorFlow.js operations. */
export function updateRuleOf({ optimizer, weight_decay: weightDecay }: Settings): UpdateRule {
  const rules = { sgd: () => sgd, rmsprop: () => rmsprop, adam: () => adam(0), adamw: () => adam(weightDecay) };
  return rules[optimizer]();
}
