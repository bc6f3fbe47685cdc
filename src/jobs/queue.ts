/** Jobs that wait for a slot, in order. The table of jobs is the truth; this is its order in memory. */
export class JobQueue {
  #waiting: { job: string; held: boolean }[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /** Returns the place: 1 is next. */
  push(job: string): number {
    return this.#waiting.push({ job, held: false });
  }

  /** To the front, for a job that has had its turn already; held back until it is released. */
  pushFront(job: string, { held }: { held: boolean }): void {
    this.#waiting.unshift({ job, held });
  }

  release(job: string): void {
    const found = this.#waiting.find((entry) => entry.job === job);
    if (found !== undefined) found.held = false;
  }

  /** The next job that is not held; null if there is none. */
  take(): string | null {
    const index = this.#waiting.findIndex((entry) => !entry.held);
    return index < 0 ? null : this.#waiting.splice(index, 1)[0]!.job;
  }

  /** false if the job was not waiting. */
  remove(job: string): boolean {
    const index = this.#waiting.findIndex((entry) => entry.job === job);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }

  position(job: string): number | null {
    const index = this.#waiting.findIndex((entry) => entry.job === job);
    return index < 0 ? null : index + 1;
  }
}
