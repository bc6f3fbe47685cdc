import { rm } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import type { InferencePool } from "../src/workers/inference-pool.ts";
import type { StartTrainer } from "../src/workers/trainer-run.ts";
import { FakeInference } from "./fake-inference.ts";
import { type ScriptedRun, ScriptedTrainers } from "./jobs/scripted-trainers.ts";
import { temporaryFolder } from "./store/temporary-folder.ts";

interface BuiltApp {
  app: FastifyInstance;
  inference: FakeInference;
  trainers: ScriptedTrainers;
  /** Lines of the log, parsed. */
  log: Record<string, unknown>[];
}

/** The whole service on a real store in a folder of its own; inference (unless a real one is given) and trainers do what the test says. */
export async function buildApp(
  environment: Record<string, string> = {},
  real?: InferencePool | undefined,
): Promise<BuiltApp> {
  const folder = environment.UNROLL_DATA_DIR ?? (await temporaryFolder());
  const config = readConfig({ UNROLL_DATA_DIR: folder, UNROLL_TRAINING_SLOTS: "1", ...environment });
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const inference = new FakeInference();
  const trainers = new ScriptedTrainers();
  const startTrainer: StartTrainer = (spec, onEvent) => {
    const run = trainers.start(spec, onEvent) as ScriptedRun;
    // Ends without the checkpoint it would claim: the real store looks for the file.
    run.onStop = () => run.end({ type: "outcome", outcome: { status: "stopped", step: run.step } });
    return run;
  };
  const app = await createApp({ config, logger, inference: real ?? inference, startTrainer });
  onTestFinished(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });
  await app.ready();
  return { app, inference, trainers, log };
}
