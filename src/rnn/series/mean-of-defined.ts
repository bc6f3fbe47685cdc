/** Mean of the values that are defined; MASE of a constant series is not. */
export class MeanOfDefined {
  #value = 0;
  #count = 0;

  add(value: number | null): void {
    if (value !== null) this.#value += (value - this.#value) / ++this.#count;
  }

  value(): number | null {
    return this.#count > 0 ? this.#value : null;
  }
}
