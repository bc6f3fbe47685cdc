import type { Schedule } from "../../schemas/schedule.ts";

export interface PlateauState extends Record<string, unknown> {
  learningRate: number;
  /** Loss that the next gain is measured from; null before the first evaluation. */
  reference: number | null;
  evaluationsWithoutGain: number;
  /** Evaluations that do not count yet, after a reduction. */
  cooldown: number;
}

/**
 * Lowers the learning rate by `factor` after `patience` evaluations in a row that did not lower the loss by more than
 * `min_delta`, never below `min_learning_rate`. As Keras's ReduceLROnPlateau. With any other schedule the rate stays.
 */
export class Plateau {
  readonly #schedule: Schedule;
  #state: PlateauState;

  constructor(schedule: Schedule, learningRate: number) {
    this.#schedule = schedule;
    this.#state = { learningRate, reference: null, evaluationsWithoutGain: 0, cooldown: 0 };
  }

  /** What the schedule's warm-up rises to, until the next evaluation. */
  get learningRate(): number {
    return this.#state.learningRate;
  }

  evaluated(loss: number): void {
    const { type, factor = 0.5, patience = 2, min_delta: delta = 0, cooldown: rest = 0 } = this.#schedule;
    if (type !== "plateau") return;
    const before = this.#state;
    const cooldown = Math.max(0, before.cooldown - 1);
    if (before.reference === null || loss < before.reference - delta) {
      this.#state = { ...before, cooldown, reference: loss, evaluationsWithoutGain: 0 };
      return;
    }
    const counted = cooldown > 0 ? 0 : (before.cooldown > 0 ? 0 : before.evaluationsWithoutGain) + 1;
    const isOver = counted >= patience;
    this.#state = {
      ...before,
      cooldown: isOver ? rest : cooldown,
      evaluationsWithoutGain: isOver ? 0 : counted,
      learningRate: isOver ? this.#reduced(before.learningRate * factor) : before.learningRate,
    };
  }

  #reduced(rate: number): number {
    return Math.min(this.#state.learningRate, Math.max(rate, this.#schedule.min_learning_rate ?? 0));
  }

  state(): PlateauState {
    return { ...this.#state };
  }

  restore(state: PlateauState): void {
    this.#state = { ...state };
  }
}
