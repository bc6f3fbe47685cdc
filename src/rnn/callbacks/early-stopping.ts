import type { EarlyStopping as Settings } from "../../schemas/jobs.ts";

export interface EarlyStoppingState {
  /** Loss that the next gain is measured from; null before the first evaluation. */
  reference: number | null;
  evaluationsWithoutGain: number;
}

/** Ends a run after `patience` evaluations in a row that did not lower the loss by more than `min_delta`. */
export class EarlyStopping {
  readonly #settings: Settings | null;
  #state: EarlyStoppingState = { reference: null, evaluationsWithoutGain: 0 };

  /** Never ends a run where the settings are null. */
  constructor(settings: Settings | null) {
    this.#settings = settings;
  }

  evaluated(loss: number): void {
    const { reference, evaluationsWithoutGain } = this.#state;
    const isGain = reference === null || loss < reference - (this.#settings?.min_delta ?? 0);
    this.#state = isGain
      ? { reference: loss, evaluationsWithoutGain: 0 }
      : { reference, evaluationsWithoutGain: evaluationsWithoutGain + 1 };
  }

  get isOver(): boolean {
    return this.#settings !== null && this.#state.evaluationsWithoutGain >= this.#settings.patience;
  }

  state(): EarlyStoppingState {
    return { ...this.#state };
  }

  restore(state: EarlyStoppingState): void {
    this.#state = { ...state };
  }
}
