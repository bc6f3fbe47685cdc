import { appError } from "../../errors.ts";
import type { Task } from "../../schemas/models.ts";
import type { ServingModel } from "../store.ts";

type Find = (reference: string, task: Task, checkpoint: string | undefined) => Promise<ServingModel>;

const most = 1000;

/**
 * What requests for text and forecasts ask for again and again, kept in memory: four queries less a request. This process alone
 * writes to the database, and every write that may change an answer forgets them all.
 */
export class ServingModels {
  readonly #find: Find;
  readonly #found = new Map<string, ServingModel>();
  #writes = 0;

  constructor(find: Find) {
    this.#find = find;
  }

  async get(reference: string, task: Task, checkpoint?: string): Promise<ServingModel> {
    const key = JSON.stringify([reference, task, checkpoint]);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const writes = this.#writes;
    const model = await this.#find(reference, task, checkpoint);
    // Read before a write and come back after it: good for this request, which came before as well, and for no other.
    if (writes === this.#writes) this.#keep(key, model);
    return model;
  }

  /** To be called when a write has been committed, and before anything that it made superfluous is removed. */
  forget(): void {
    this.#writes += 1;
    this.#found.clear();
  }

  #keep(key: string, model: ServingModel): void {
    const [oldest] = this.#found.keys();
    if (this.#found.size >= most && oldest !== undefined) this.#found.delete(oldest);
    this.#found.set(key, model);
  }
}

export function expectTask(model: { name: string; task: Task }, task: Task): void {
  if (model.task === task) return;
  throw appError("model_task_mismatch", `expected a ${task} model, got ${model.name}, a ${model.task} model`);
}
