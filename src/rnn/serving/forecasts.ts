import { appError } from "../../errors.ts";
import type { ModelDigests } from "../../schemas/sessions.ts";
import type { Forecaster } from "../series/forecaster.ts";
import { type ForecastAnswer, type ForecastQuestion, ForecastQueue } from "./forecast-queue.ts";
import type { ServedModel } from "./load-model.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { RoundRobin } from "./round-robin.ts";

export interface LentForecaster {
  forecaster: Forecaster;
  /** Of the data it learned from. */
  datasetSha256: string;
  digests: ModelDigests;
  queue: ForecastQueue;
}

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
    return this.lend(path, ({ queue }) => queue.ask(question));
  }

  /** A model with the queue before it, for as long as `use` takes. Throws what loading the model throws, and model_task_mismatch. */
  async lend<Result>(path: string, use: (lent: LentForecaster) => Promise<Result>): Promise<Result> {
    const loan = await this.#models.borrow(path);
    try {
      return await use(this.#lent(loan.model));
    } finally {
      loan.giveBack();
    }
  }

  #lent(model: ServedModel): LentForecaster {
    if (model.task !== "forecast") {
      throw appError("model_task_mismatch", `expected a model that forecasts, got one for ${model.task}`);
    }
    const { forecaster, datasetSha256, digests } = model;
    const queue = this.#queues.get(model) ?? new ForecastQueue(forecaster, this.#turns);
    this.#queues.set(model, queue);
    return { forecaster, datasetSha256, digests, queue };
  }
}
