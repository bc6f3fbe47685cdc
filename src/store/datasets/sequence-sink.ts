import type { SequenceOutput } from "../../schemas/datasets.ts";
import type { FaultList } from "./fault-list.ts";
import type { IncomingFile } from "./incoming-file.ts";
import { type IncomingSequence, maximumClasses } from "./incoming-sequence.ts";
import type { Ingested } from "./ingest-text.ts";
import { nextTurn } from "./next-turn.ts";

/** Networks compute in 32-bit floats, where larger numbers overflow as soon as they are multiplied. */
const largestValue = 1e18;
const sequencesATurn = 256;
type Part = "inputs" | "targets";

/** Checks sequences one by one and writes them as JSON Lines: `{inputs, targets}`. */
export class SequenceSink {
  readonly #file: IncomingFile;
  readonly #faults: FaultList;
  /** How often each length came. */
  readonly #lengths = new Map<number, number>();
  readonly #sizes: Record<Part, number | null> = { inputs: null, targets: null };
  /** null while every sequence has one step: then a target of each step is one of the end, too. */
  #output: SequenceOutput | null = null;
  #sequences = 0;
  #steps = 0;
  /** null as soon as a target is no class number. */
  #highestClass: number | null = 0;

  constructor({ file, faults }: { file: IncomingFile; faults: FaultList }) {
    this.#file = file;
    this.#faults = faults;
  }

  /** Adds the faults of the sequence, or else writes it. */
  async add(sequence: IncomingSequence): Promise<void> {
    if (this.#sequences++ % sequencesATurn === sequencesATurn - 1) await nextTurn();
    const { inputs, targets } = sequence;
    this.#checkRows("inputs", sequence);
    this.#checkRows("targets", sequence);
    this.#checkLength(sequence);
    this.#noteClasses(targets);
    this.#steps += inputs.length;
    this.#lengths.set(inputs.length, (this.#lengths.get(inputs.length) ?? 0) + 1);
    // Once there are faults nothing is kept, and the rest is only read to find more of them.
    if (this.#faults.isEmpty) await this.#file.write(`${JSON.stringify({ inputs, targets })}\n`);
  }

  /** Throws dataset_invalid when there were faults, or no sequence. */
  finish(warnings: string[]): Ingested {
    if (this.#sequences === 0 && this.#faults.isEmpty) {
      this.#faults.stop({ pointer: "/file", code: "empty", message: "expected at least one sequence, got none" });
    }
    this.#faults.throwIfAny();
    const lengths = [...this.#lengths].sort(([a], [b]) => a - b);
    return {
      warnings,
      summary: {
        kind: "sequence",
        sequences: this.#sequences,
        steps: this.#steps,
        shortest: lengths[0]![0],
        median_length: median(lengths, this.#sequences),
        longest: lengths.at(-1)![0],
        input_size: this.#sizes.inputs!,
        target_size: this.#sizes.targets!,
        target: this.#output ?? "each_step",
        classes: this.#highestClass === null || this.#sizes.targets !== 1 ? null : this.#highestClass + 1,
      },
    };
  }

  #checkRows(part: Part, sequence: IncomingSequence): void {
    const { name, pointer, place } = sequence;
    const size = this.#sizes[part] ?? sequence[part][0]!.length;
    this.#sizes[part] = size;
    for (const [step, row] of sequence[part].entries()) {
      if (row.length !== size) {
        const message = `${name}, ${place(part, step)}: expected ${size} numbers, as in the steps before, got ${row.length}`;
        this.#faults.add({ pointer: pointer(part, step), code: "columns", message });
        return;
      }
      const large = row.find((value) => !(Math.abs(value) <= largestValue));
      if (large === undefined) continue;
      const message = `${name}, ${place(part, step)}: expected numbers between -1e18 and 1e18`;
      // Infinity has no JSON of its own.
      this.#faults.add({ pointer: pointer(part, step), code: "range", message, value: String(large) });
    }
  }

  #checkLength({ name, inputs, targets, pointer }: IncomingSequence): void {
    const found = targets.length === inputs.length ? "each_step" : targets.length === 1 ? "last_step" : null;
    if (found === null) {
      const message = `${name}: expected a target for each of its ${inputs.length} steps, or one for the end, got ${targets.length}`;
      this.#faults.add({ pointer: pointer("targets", targets.length - 1), code: "length", message });
      return;
    }
    if (inputs.length === 1) return;
    this.#output ??= found;
    if (this.#output === found) return;
    const words = { each_step: "a target for each step", last_step: "one target for the end" };
    const message = `${name}: expected ${words[this.#output]}, as in the sequences before, got ${words[found]}`;
    this.#faults.add({ pointer: pointer("targets", 0), code: "targets", message });
  }

  #noteClasses(targets: number[][]): void {
    for (const [value] of targets) {
      if (this.#highestClass === null) return;
      const isClass = Number.isInteger(value) && value! >= 0 && value! < maximumClasses;
      this.#highestClass = isClass ? Math.max(this.#highestClass, value!) : null;
    }
  }
}

/** Of lengths in ascending order, with how often each came. */
function median(lengths: [length: number, count: number][], total: number): number {
  const at = (rank: number) => {
    let passed = 0;
    for (const [length, count] of lengths) {
      passed += count;
      if (passed > rank) return length;
    }
    return 0;
  };
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
}
