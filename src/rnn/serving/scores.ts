import { appError } from "../../errors.ts";
import type { Timings } from "../../schemas/generation.ts";
import type { ScoreBody, TextScore } from "../../schemas/score.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { ScoreStream } from "./score-stream.ts";
import type { TextTurns } from "./text-turns.ts";

/** Answers how likely texts are. They are read side by side with those being written. */
export class Scores {
  readonly #models: LoadedModels<ServedModel>;
  readonly #turns: TextTurns;

  constructor(models: LoadedModels<ServedModel>, turns: TextTurns) {
    this.#models = models;
    this.#turns = turns;
  }

  /** Throws model_task_mismatch, prompt_characters_unknown and what loading throws. */
  async answer(path: string, question: Omit<ScoreBody, "checkpoint">): Promise<{ score: TextScore; timings: Timings }> {
    const receivedAtMs = performance.now();
    const { model, giveBack } = await this.#models.borrow(path);
    try {
      if (model.task !== "text") {
        throw appError("model_task_mismatch", `expected a model that writes text, got one for ${model.task}`);
      }
      const stream = new ScoreStream(model, question, receivedAtMs);
      this.#turns.add(model.engine, stream);
      return await stream.answer;
    } finally {
      giveBack();
    }
  }
}
