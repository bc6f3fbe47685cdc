import type { TrainingSettings } from "../../schemas/jobs.ts";
import { adam } from "./adam.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The arithmetic of the optimizer that was asked for: the one place that decides between implementations. */
export function chooseUpdateRule({ optimizer, weight_decay: weightDecay }: TrainingSettings): UpdateRule {
  const rules = { sgd: () => sgd, rmsprop: () => rmsprop, adam: () => adam(0), adamw: () => adam(weightDecay) };
  return rules[optimizer]();
}
