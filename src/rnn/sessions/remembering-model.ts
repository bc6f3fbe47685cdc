import type { ServedModel } from "../serving/load-model.ts";
import type { RememberingModel } from "./text-memory.ts";

type TextModel = Extract<ServedModel, { task: "text" }>;

export function rememberingModel({ digests, engine, vocabulary }: TextModel): RememberingModel {
  return { digests, stateSize: engine.stateSize, vocabularySize: vocabulary.size };
}
