import { appError } from "../../src/errors.ts";
import { type CheckpointContents, tensorGroup } from "../../src/rnn/checkpoint.ts";
import type { CheckpointDescription } from "../../src/rnn/checkpoint-description.ts";
import { Parameters } from "../../src/rnn/parameters.ts";
import { createTextNetwork, type TextNetwork } from "../../src/rnn/text/text-network.ts";
import { readVocabulary } from "../../src/rnn/text/vocabularies/read-vocabulary.ts";
import type { Vocabulary } from "../../src/rnn/text/vocabulary.ts";

export interface TextModel {
  description: CheckpointDescription;
  vocabulary: Vocabulary;
  network: TextNetwork;
  /** Frees the weights. */
  dispose(): void;
}

/** A text network with the weights of a checkpoint, as the training run sees it, to hold serving against; throws checkpoint_corrupt, model_task_mismatch. */
export function loadTextModel({ description, tensors }: CheckpointContents): TextModel {
  if (description.task !== "text") {
    throw appError("model_task_mismatch", `expected a checkpoint of a text model, got one for ${description.task}`);
  }
  const vocabulary = readVocabulary(description.taskDescription.vocabulary);
  const parameters = new Parameters(tensorGroup(tensors, "model"));
  try {
    const network = createTextNetwork(description.architecture, vocabulary.size, parameters);
    return { description, vocabulary, network, dispose: () => parameters.dispose() };
  } catch (error) {
    parameters.dispose();
    throw error;
  }
}
