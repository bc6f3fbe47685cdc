import path from "node:path";
import { appError } from "../../errors.ts";
import type { GenerationPrecision } from "../../schemas/generation.ts";
import type { ModelDigests } from "../../schemas/sessions.ts";
import { type CheckpointContents, readCheckpoint, tensorGroup } from "../checkpoint.ts";
import { createPredictor, type Predictor } from "../prediction/predictor.ts";
import type { ForecastDescription } from "../series/forecast-description.ts";
import { createForecaster, type Forecaster } from "../series/forecaster.ts";
import { modelDigests } from "../sessions/model-digests.ts";
import { createTextEngine } from "../text/generation/create-text-engine.ts";
import type { TextEngine } from "../text/generation/text-engine.ts";
import { readVocabulary } from "../text/vocabularies/read-vocabulary.ts";
import type { Vocabulary } from "../text/vocabulary.ts";
import type { Loaded } from "./loaded-models.ts";

/** A model as it answers requests. */
export type ServedModel = Loaded & { digests: ModelDigests } & (
    | { task: "text"; vocabulary: Vocabulary; engine: TextEngine }
    | { task: "forecast"; forecaster: Forecaster; datasetSha256: string }
  );

/** Reads a checkpoint for serving, a model of text with weights in so many bits; throws checkpoint_not_found, checkpoint_corrupt. */
export async function loadModel(filePath: string, precision: GenerationPrecision = "fp32"): Promise<ServedModel> {
  const contents = await readFileOf(filePath);
  return contents.description.task === "text" ? loadText(contents, precision) : loadForecast(contents);
}

/** Reads a checkpoint of any task for its plain forward pass; throws as loadModel does. */
export async function loadPredictor(filePath: string): Promise<Predictor> {
  return createPredictor(await readFileOf(filePath));
}

async function readFileOf(filePath: string): Promise<CheckpointContents> {
  try {
    return await readCheckpoint(filePath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const id = path.basename(filePath, path.extname(filePath));
    throw appError("checkpoint_not_found", `the file of checkpoint ${id} is gone`, { cause: error });
  }
}

function loadText(contents: CheckpointContents, precision: GenerationPrecision): ServedModel {
  const { description, tensors } = contents;
  const { architecture, taskDescription } = description;
  const vocabulary = readVocabulary(taskDescription.vocabulary);
  const weights = tensorGroup(tensors, "model");
  const engine = createTextEngine({ architecture, vocabularySize: vocabulary.size, tensors: weights }, precision);
  const digests = modelDigests(contents);
  return { task: "text", vocabulary, engine, digests, bytes: engine.bytes, dispose: () => engine.dispose() };
}

function loadForecast(contents: CheckpointContents): ServedModel {
  const { description, tensors } = contents;
  const { architecture, forecast, taskDescription, datasetSha256 } = description;
  if (forecast === null) throw appError("checkpoint_corrupt", "expected the settings of a forecast, got none");
  const weights = tensorGroup(tensors, "model");
  const served = { architecture, forecast, description: taskDescription as unknown as ForecastDescription };
  const forecaster = createForecaster({ ...served, tensors: weights });
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const digests = modelDigests(contents);
  return { task: "forecast", forecaster, datasetSha256, digests, bytes, dispose: () => forecaster.dispose() };
}
