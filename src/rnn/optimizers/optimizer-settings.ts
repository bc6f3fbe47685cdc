import type { TrainingSettings } from "../../schemas/jobs.ts";
import { type OptimizerField, optimizerDefaults } from "../../schemas/optimizers.ts";
import type { AdamSettings } from "./adam.ts";
import type { RmspropSettings } from "./rmsprop.ts";

type Asked = Pick<TrainingSettings, "optimizer" | "weight_decay" | OptimizerField>;

/** An optimizer and every number of it. */
export type OptimizerSettings =
  | { kind: "sgd"; momentum: number; nesterov: boolean }
  | ({ kind: "rmsprop" } & RmspropSettings)
  | ({ kind: "adam" } & AdamSettings);

/** Defaults stand for what is not said; adamw is adam with its weight decay. */
export function optimizerSettings(asked: Asked): OptimizerSettings {
  const { optimizer, weight_decay: weightDecay } = asked;
  if (optimizer === "sgd") {
    const { momentum, nesterov } = optimizerDefaults.sgd;
    return { kind: "sgd", momentum: asked.momentum ?? momentum, nesterov: asked.nesterov ?? nesterov };
  }
  if (optimizer === "rmsprop") {
    const { rho, momentum, centered, epsilon } = optimizerDefaults.rmsprop;
    return {
      kind: "rmsprop",
      rho: asked.rho ?? rho,
      momentum: asked.momentum ?? momentum,
      centered: asked.centered ?? centered,
      epsilon: asked.epsilon ?? epsilon,
    };
  }
  const { beta_1, beta_2, epsilon } = optimizerDefaults[optimizer];
  return {
    kind: "adam",
    beta_1: asked.beta_1 ?? beta_1,
    beta_2: asked.beta_2 ?? beta_2,
    epsilon: asked.epsilon ?? epsilon,
    weight_decay: optimizer === "adamw" ? weightDecay : 0,
  };
}
