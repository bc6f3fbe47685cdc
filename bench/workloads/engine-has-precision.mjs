import { TrainingRequest } from "../../dist/schemas/jobs.js";

/** Whether a job may ask for a precision other than fp32. */
export function engineHasPrecision() {
  return "precision" in TrainingRequest.properties;
}
