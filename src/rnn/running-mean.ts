/** Mean of the losses since it was last taken. */
export class RunningMean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  /** Throws RangeError where nothing was added. */
  value(): number {
    if (this.#count === 0) throw new RangeError("expected at least one value to take the mean of");
    return this.#sum / this.#count;
  }

  take(): number {
    const mean = this.value();
    this.restore({ sum: 0, count: 0 });
    return mean;
  }

  state(): { sum: number; count: number } {
    return { sum: this.#sum, count: this.#count };
  }

  restore({ sum, count }: { sum: number; count: number }): void {
    this.#sum = sum;
    this.#count = count;
  }
}
