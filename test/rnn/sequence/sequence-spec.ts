import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Sequence } from "../../../src/schemas/datasets.ts";
import type { TrainingSettings } from "../../../src/schemas/jobs.ts";
import type { Architecture, SequenceSettings } from "../../../src/schemas/models.ts";
import type { TrainingSpec } from "../../../src/schemas/training-run.ts";
import { architectureOf } from "../../architecture.ts";

interface Changes {
  architecture?: Partial<Architecture>;
  sequence?: Partial<SequenceSettings>;
  training?: Partial<TrainingSettings>;
}

/** Writes the sequences as the store does and describes a small run over them. */
export async function sequenceSpec(
  folder: string,
  sequences: Sequence[],
  changes: Changes = {},
): Promise<TrainingSpec> {
  const lines = sequences.map((one) => `${JSON.stringify(one)}\n`).join("");
  const sha256 = createHash("sha256").update(lines).digest("hex");
  const file = path.join(folder, `${sha256}.jsonl`);
  await writeFile(file, lines);
  const [first] = sequences;
  const summary = { sequences: sequences.length, steps: 0, shortest: 1, median_length: 1, longest: 9, classes: null };
  return {
    ...{ job: "job_test", model: "mdl_test", attempt: 1, task: "sequence", forecast: null },
    architecture: architectureOf({ cell: "gru", units: 8, ...changes.architecture }),
    sequence: {
      input_size: first!.inputs[0]!.length,
      output_size: first!.targets[0]!.length,
      output: first!.targets.length === first!.inputs.length ? "each_step" : "last_step",
      loss: "mse",
      scaling: "standard",
      ...changes.sequence,
    },
    training: {
      ...{ epochs: null, steps: 20, batch_size: 4, learning_rate: 0.01, optimizer: "adam", weight_decay: 0 },
      ...{ schedule: { type: "constant", warmup_steps: 0 }, clip_norm: 1, validation_fraction: 0.25 },
      ...{ early_stopping: null, checkpoint_every: 10, sample_every: null, seed: 1 },
      ...changes.training,
    },
    dataset: {
      path: file,
      sha256,
      summary: { kind: "sequence", input_size: 1, target_size: 1, target: "each_step", ...summary },
    },
    ...{ checkpointFolder: folder, resumeFrom: null, reportedStep: 0 },
  };
}

/** Of 2 to `longest` bits; each target is the class of the bit before, 0 for the first. */
export function delayedBits(count: number, longest = 9): Sequence[] {
  return Array.from({ length: count }, (_, index) => {
    const length = 2 + ((index * 7) % (longest - 1));
    const bits = Array.from({ length }, (_, step) => ((index * 5 + step * step * 3 + index * step) % 7) % 2);
    return { inputs: bits.map((bit) => [bit]), targets: [0, ...bits.slice(0, -1)].map((bit) => [bit]) };
  });
}

/** Of 2 to 9 temperatures around 1,000; the target at the end is their mean, and a number ten times that. */
export function meanTemperatures(count: number): Sequence[] {
  return Array.from({ length: count }, (_, index) => {
    const length = 2 + ((index * 7) % 8);
    const values = Array.from({ length }, (_, step) => 1000 + 50 * Math.sin(index * 1.3 + step * 0.7));
    const mean = values.reduce((sum, value) => sum + value, 0) / length;
    return { inputs: values.map((value) => [value]), targets: [[mean, 10 * mean]] };
  });
}
