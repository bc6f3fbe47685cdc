import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { train } from "../../src/rnn/train.ts";
import type { TrainingSettings } from "../../src/schemas/jobs.ts";
import type { Architecture } from "../../src/schemas/models.ts";
import type { TrainingEvent, TrainingOutcome, TrainingSpec } from "../../src/schemas/training-run.ts";
import { architectureOf } from "../architecture.ts";

export type EventOf<T extends TrainingEvent["type"]> = Extract<TrainingEvent, { type: T }>;

export interface Workspace {
  folder: string;
  /** A small run over `text`, with the changes asked for. */
  spec(text: string, changes?: SpecChanges): Promise<TrainingSpec>;
  remove(): Promise<void>;
}

export interface SpecChanges {
  architecture?: Partial<Architecture>;
  training?: Partial<TrainingSettings>;
  run?: Partial<TrainingSpec>;
}

/** A folder of its own for the data and the checkpoints of a test. */
export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "unroll-training-"));
  return {
    folder,
    remove: () => rm(folder, { recursive: true }),
    async spec(text, { architecture = {}, training = {}, run = {} } = {}) {
      const sha256 = createHash("sha256").update(text).digest("hex");
      const dataset = path.join(folder, `${sha256}.txt`);
      await writeFile(dataset, text);
      return {
        job: "job_test",
        model: "mdl_test",
        attempt: 1,
        task: "text",
        architecture: { ...smallArchitecture, ...architecture },
        forecast: null,
        sequence: null,
        training: { ...smallTraining, ...training },
        dataset: { path: dataset, sha256, summary: summaryOf(text) },
        checkpointFolder: folder,
        resumeFrom: null,
        reportedStep: 0,
        ...run,
      };
    },
  };
}

const smallArchitecture = architectureOf({ units: 8, layers: 2 });

const smallTraining: TrainingSettings = {
  epochs: null,
  steps: 10,
  batch_size: 4,
  sequence_length: 5,
  learning_rate: 0.01,
  optimizer: "adam",
  weight_decay: 0,
  schedule: { type: "constant", warmup_steps: 0 },
  clip_norm: 5,
  validation_fraction: 0.2,
  early_stopping: null,
  checkpoint_every: 5,
  sample_every: null,
  seed: 7,
};

function summaryOf(text: string): TrainingSpec["dataset"]["summary"] {
  const characters = [...text];
  const lines = text.split("\n").length;
  return { kind: "text", characters: characters.length, lines, vocabulary_size: new Set(characters).size, rarest: [] };
}

export interface FinishedRun {
  outcome: TrainingOutcome;
  events: TrainingEvent[];
  of<T extends TrainingEvent["type"]>(type: T): EventOf<T>[];
}

/** Trains to the end, or until `abortAt` says so: called with every event, before the run goes on. */
export async function run(
  spec: TrainingSpec,
  abortAt: (event: TrainingEvent) => "cancel" | "suspend" | null = () => null,
): Promise<FinishedRun> {
  const controller = new AbortController();
  const events: TrainingEvent[] = [];
  const emit = (event: TrainingEvent) => {
    events.push(event);
    const reason = abortAt(event);
    if (reason) controller.abort(reason);
  };
  const outcome = await train(spec, emit, controller.signal);
  const of = <T extends TrainingEvent["type"]>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  return { outcome, events, of };
}

/** Lines that a small network can learn, none like the one before it. */
export const rhyme = Array.from(
  { length: 12 },
  (_, index) =>
    `${["The cat", "A dog", "One owl"][index % 3]} sat on the ${["mat", "log", "towel", "hat"][index % 4]}.\n`,
).join("");
