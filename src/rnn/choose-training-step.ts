import type { TrainingSpec } from "../schemas/training-run.ts";
import { createTapeStep } from "./tape-step.ts";
import { createNativeStep } from "./text/training/native-step.ts";
import type { TrainingState } from "./training-state.ts";
import type { TrainingStep } from "./training-step.ts";

/** How this run takes its steps: the one place that decides between the implementations. Call it when the state is as the first step finds it. */
export function chooseTrainingStep(spec: TrainingSpec, state: TrainingState): TrainingStep {
  return createNativeStep(spec, state) ?? createTapeStep(spec.training, state);
}
