import type { TrainingPrecision } from "../../schemas/jobs.ts";
import type { Architecture } from "../../schemas/models.ts";

/** An architecture and how its layers' products are computed: fp32 wherever nothing is said, as in all that serves. */
export interface NetworkArchitecture extends Architecture {
  precision?: TrainingPrecision;
}
