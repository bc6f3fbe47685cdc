import { appError } from "../../errors.ts";
import { type ForecastAnswer, type ForecastQuestion, ForecastQueue } from "./forecast-queue.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { RoundRobin } from "./round-robin.ts";

/** All requests for forecasts: those for one model go through it side by side, models take turns. */
export class Forecasts {
  readonly #models: LoadedModels<ServedModel>;
  readonly #turns = new RoundRobin();
  /** Gone with its model. */
  readonly #queues = new WeakMap<ServedModel, ForecastQueue>();

  constructor(models: LoadedModels<ServedModel>) {
    this.#models = models;
  }

  /** Throws what loading the model throws, model_task_mismatch, validation_failed, history_too_short. */
  async answer(path: string, question: ForecastQuestion): Promise<ForecastAnswer> {
    const loan = await this.#models.borrow(path);
    try {
      return await this.#queueOf(loan.model).ask(question);
    } finally {
      loan.giveBack();
    }
  }

  #queueOf(model: ServedModel): ForecastQueue {
    if (model.task !== "forecast") {
      throw appError("model_task_mismatch", `expected a model that forecasts, got one for ${model.task}`);
    }
    const queue = this.#queues.get(model) ?? new ForecastQueue(model.forecaster, this.#turns);
    this.#queues.set(model, queue);
    return queue;
  }
}
