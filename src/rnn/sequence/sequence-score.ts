import type { SequenceSettings } from "../../schemas/models.ts";
import { type ColumnScaling, unscaleColumns } from "./column-scaling.ts";
import type { SequenceBatch } from "./sequence-batch.ts";

export interface ScoreSetting {
  settings: Pick<SequenceSettings, "loss" | "output" | "output_size">;
  /** Scaling of the targets. */
  scaling: ColumnScaling | null;
  /** What is told without looking at the inputs: the training data's most frequent class, or their mean in scaled units. */
  baseline: Float32Array;
}

/** How far predictions are from their targets, in the units of the data, and what a guess without a look at the inputs would score. */
export class SequenceScore {
  readonly #setting: ScoreSetting;
  #numbers = 0;
  #right = 0;
  #baselineRight = 0;
  #sequences = 0;
  #sequencesRight = 0;
  #squares = 0;
  #baselineSquares = 0;
  #absolutes = 0;

  constructor(setting: ScoreSetting) {
    this.#setting = setting;
  }

  /** `outputs` of the batch's rows. [rows, output size] */
  add(batch: SequenceBatch, outputs: Float32Array): void {
    if (this.#setting.settings.loss === "cross_entropy") this.#addClasses(batch, outputs);
    else this.#addValues(batch, outputs);
  }

  metrics(): Record<string, number> {
    const { loss, output } = this.#setting.settings;
    if (loss === "mse") {
      const mse = this.#squares / this.#numbers;
      return { mse, mae: this.#absolutes / this.#numbers, baseline_mse: this.#baselineSquares / this.#numbers };
    }
    const metrics = { accuracy: this.#right / this.#numbers, baseline_accuracy: this.#baselineRight / this.#numbers };
    return output === "last_step" ? metrics : { ...metrics, sequence_accuracy: this.#sequencesRight / this.#sequences };
  }

  #addClasses({ lengths, targets }: SequenceBatch, outputs: Float32Array): void {
    const { settings, baseline } = this.#setting;
    let row = 0;
    for (const length of lengths) {
      let wrong = 0;
      const steps = settings.output === "each_step" ? length : 1;
      for (let step = 0; step < steps; step++, row++) {
        const found = largest(outputs, row * settings.output_size, settings.output_size);
        if (found !== targets[row]) wrong++;
        if (baseline[0] === targets[row]) this.#baselineRight++;
      }
      this.#numbers += steps;
      this.#right += steps - wrong;
      this.#sequences++;
      if (wrong === 0) this.#sequencesRight++;
    }
  }

  #addValues({ targets }: SequenceBatch, outputs: Float32Array): void {
    const { scaling, baseline } = this.#setting;
    const told = unscaleColumns(outputs, scaling);
    const wanted = unscaleColumns(targets, scaling);
    const guess = unscaleColumns(baseline, scaling);
    for (let index = 0; index < wanted.length; index++) {
      const error = told[index]! - wanted[index]!;
      this.#squares += error * error;
      this.#absolutes += Math.abs(error);
      this.#baselineSquares += (guess[index % guess.length]! - wanted[index]!) ** 2;
    }
    this.#numbers += wanted.length;
  }
}

/** Place of the largest of `count` numbers, counted from `start`. */
export function largest(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (values[start + index]! > values[start + best]!) best = index;
  return best;
}
