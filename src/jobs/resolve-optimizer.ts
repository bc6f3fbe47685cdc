import type { TrainingRequest, TrainingSettings } from "../schemas/jobs.ts";
import { type OptimizerField, type OptimizerName, optimizerDefaults, optimizerFields } from "../schemas/optimizers.ts";
import type { TrainingFaults } from "./training-faults.ts";

type Settings = Pick<
  TrainingSettings,
  "optimizer" | OptimizerField | "weight_decay" | "clip_norm" | "clip_value" | "l2"
>;

/** The optimizer with all its numbers, and what is done to its gradients. */
export function resolveOptimizer(
  request: TrainingRequest,
  preset: { optimizer: OptimizerName; clip_norm: number },
  faults: TrainingFaults,
): Settings {
  const optimizer = request.optimizer ?? preset.optimizer;
  checkFields(request, optimizer, faults);
  const asked = Object.entries(request).filter(([field, value]) => field in optimizerFields && value !== undefined);
  const { weight_decay: weightDecay = 0, l2 } = request;
  if (weightDecay !== 0 && optimizer !== "adamw") {
    const message = `weight_decay means nothing for ${optimizer}`;
    faults.add("weight_decay", "not_applicable", message, { value: weightDecay, hint: "take optimizer adamw, or l2" });
  }
  return {
    optimizer,
    ...optimizerDefaults[optimizer],
    ...Object.fromEntries(asked),
    weight_decay: weightDecay,
    ...resolveClipping(request, preset.clip_norm, faults),
    ...(l2 === undefined ? {} : { l2 }),
  };
}

function checkFields(request: TrainingRequest, optimizer: OptimizerName, faults: TrainingFaults): void {
  for (const field of Object.keys(optimizerFields) as OptimizerField[]) {
    const value = request[field];
    if (value === undefined || field in optimizerDefaults[optimizer]) continue;
    const others = Object.entries(optimizerDefaults).filter(([, fields]) => field in fields);
    const hint = `take ${others.map(([name]) => name).join(" or ")}`;
    faults.add(field, "not_applicable", `${field} means nothing for ${optimizer}`, { value, hint });
  }
  if (optimizer === "sgd" && request.nesterov && !request.momentum) {
    const message = "nesterov looks ahead along the momentum, and there is none";
    faults.add("nesterov", "conflict", message, { value: true, hint: "set momentum, 0.9 is usual" });
  }
}

/** One bound or the other, as Keras has it: clipped by both, what the order decides would be hard to tell. */
function resolveClipping(
  { clip_norm: norm, clip_value: value }: TrainingRequest,
  usual: number,
  faults: TrainingFaults,
): Pick<Settings, "clip_norm" | "clip_value"> {
  if (value === undefined) return { clip_norm: norm === undefined ? usual : norm };
  if (norm !== undefined && norm !== null) {
    const message = "expected clip_norm or clip_value, got both";
    faults.add("clip_norm", "conflict", message, { value: norm, hint: "leave out one of the two" });
    faults.add("clip_value", "conflict", message, { value, hint: "leave out one of the two" });
  }
  return { clip_norm: null, clip_value: value };
}
