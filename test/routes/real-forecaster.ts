import type { FastifyInstance } from "fastify";
import { type CheckpointContents, writeCheckpoint } from "../../src/rnn/checkpoint.ts";
import { createInferencePool } from "../../src/workers/create-inference-pool.ts";
import { buildApp } from "../build-app.ts";
import { randomForecastCheckpoint } from "../rnn/serving/random-forecast-checkpoint.ts";
import { seedForecaster } from "../seed.ts";
import { recordingLogger } from "../workers/recording-logger.ts";

/** A service whose model `seer` answers from real weights in a real inference thread; it closes with the test. */
export async function realForecaster(
  contents: CheckpointContents = randomForecastCheckpoint(),
): Promise<{ app: FastifyInstance; dataset: string }> {
  const pool = createInferencePool({ logger: recordingLogger().logger });
  const { app } = await buildApp({}, pool);
  const { model, checkpoint, dataset } = await seedForecaster(app, contents.description.forecast ?? {});
  await writeCheckpoint((await app.store.models.checkpoint(model.id, checkpoint)).path, contents);
  return { app, dataset: dataset.id };
}
