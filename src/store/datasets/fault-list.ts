import { type AppError, appError, type ErrorDetail } from "../../errors.ts";

const maximumFaults = 20;

/** Collects what is wrong with a dataset, so that a caller sees all of it at once: the first 20 faults, in order. */
export class FaultList {
  readonly #faults: ErrorDetail[] = [];

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** Throws dataset_invalid when the list is full: the rest is not worth reading. */
  add(...faults: ErrorDetail[]): void {
    for (const fault of faults) {
      this.#faults.push(fault);
      if (this.#faults.length === maximumFaults) throw this.#error(`the first ${maximumFaults} faults of the data`);
    }
  }

  /** Adds the fault and throws: what follows cannot be read. */
  stop(fault: ErrorDetail): never {
    this.add(fault);
    throw this.#error();
  }

  throwIfAny(): void {
    if (!this.isEmpty) throw this.#error();
  }

  #error(
    counted = this.#faults.length === 1 ? "1 fault in the data" : `${this.#faults.length} faults in the data`,
  ): AppError {
    const [first] = this.#faults;
    const detail = this.#faults.length === 1 ? first!.message : `${counted}; first: ${first!.message}`;
    return appError("dataset_invalid", detail, { errors: this.#faults });
  }
}

/** A value as an error shows it: never longer than a line. */
export function shown(value: string): string {
  return value.length > 80 ? `${value.slice(0, 80)}...` : value;
}
