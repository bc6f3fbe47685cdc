import { formatFrequency } from "../../calendar/format-frequency.ts";
import { formatTimestamp } from "../../calendar/format-timestamp.ts";
import { parseTimestamp } from "../../calendar/parse-timestamp.ts";
import type { Timeline } from "../../calendar/timeline.ts";
import { timestampsOf } from "../../calendar/timestamps-of.ts";
import { covariateKinds } from "./covariate-kinds.ts";
import { type FaultList, shown } from "./fault-list.ts";
import type { IncomingFile } from "./incoming-file.ts";
import type { IncomingCovariates, IncomingSeries } from "./incoming-series.ts";
import type { Ingested } from "./ingest-text.ts";
import { nextTurn } from "./next-turn.ts";
import { type SeriesTimeline, seriesTimeline } from "./series-timeline.ts";

/** Larger numbers overflow as soon as they are squared and summed. */
const largestValue = 1e300;
const valuesPerPiece = 10_000;

/** Checks series one by one and writes them as JSON Lines: `{id, start?, timestamps?, target, past_covariates?, future_covariates?, static?}`, one step a value, null where none is. */
export class SeriesSink {
  readonly #file: IncomingFile;
  readonly #faults: FaultList;
  readonly #given: string | undefined;
  readonly #ids = new Set<string>();
  readonly #gaps = { steps: 0, series: 0, first: "" };
  #usual: string | null = null;
  #covariates: ReturnType<typeof covariateKinds> | null = null;
  #points = 0;
  #missing = 0;
  #shortest = Number.POSITIVE_INFINITY;
  #longest = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  constructor({ file, faults, frequency }: { file: IncomingFile; faults: FaultList; frequency: string | undefined }) {
    this.#file = file;
    this.#faults = faults;
    this.#given = frequency;
  }

  /** Adds the faults of the series, or else writes it. */
  async add(series: IncomingSeries): Promise<void> {
    const name = `series ${shown(series.id)}`;
    if (this.#ids.has(series.id)) {
      const message = `${name}: expected each id once, got it twice`;
      this.#faults.add({ pointer: series.pointer("id"), code: "duplicate", message, value: shown(series.id) });
    }
    this.#ids.add(series.id);
    this.#checkValues(series, name);
    this.#sameCovariates(series, name);
    const times = await seriesTimeline(series, { given: this.#given, usual: this.#usual }, this.#faults);
    if (times === null || !this.#sameFrequency(series, name, times.timeline)) return;
    // Once there are faults nothing is kept, and the rest is only read to find more of them.
    if (this.#faults.isEmpty) await this.#write(series, times);
  }

  /** Throws dataset_invalid when there were faults, or no series. */
  finish(warnings: string[]): Ingested {
    if (this.#ids.size === 0 && this.#faults.isEmpty) {
      this.#faults.stop({ pointer: "/file", code: "empty", message: "expected at least one series, got none" });
    }
    this.#faults.throwIfAny();
    const { steps, series, first } = this.#gaps;
    if (steps > 0) {
      const where = series === 1 ? "1 series" : `${series} series`;
      warnings.push(`${steps} steps that were not sent in ${where} count as missing values; first: ${first}`);
    }
    return {
      warnings,
      summary: {
        kind: "series",
        series: this.#ids.size,
        points: this.#points,
        missing: this.#missing,
        shortest: this.#shortest,
        longest: this.#longest,
        frequency: this.#given ?? this.#usual,
        minimum: this.#minimum,
        maximum: this.#maximum,
        ...(this.#covariates?.length && { covariates: this.#covariates }),
      },
    };
  }

  #checkValues(series: IncomingSeries, name: string): void {
    let present = 0;
    for (const [index, value] of series.values.entries()) {
      if (Number.isNaN(value)) continue;
      present++;
      if (Math.abs(value) > largestValue) {
        const message = `${name}, ${series.place(index)}: expected a number between -1e300 and 1e300`;
        // Infinity has no JSON of its own.
        this.#faults.add({ pointer: series.pointer("target", index), code: "range", message, value: String(value) });
      }
      this.#minimum = Math.min(this.#minimum, value);
      this.#maximum = Math.max(this.#maximum, value);
    }
    if (present === 0) {
      const message = `${name}: expected at least one number, got missing values only`;
      this.#faults.add({ pointer: series.pointer("target"), code: "missing", message, hint: "leave the series out" });
    }
  }

  /** A model that learns from one learns from all: none is made up where a series lacks it. */
  #sameCovariates({ covariates, pointer }: IncomingSeries, name: string): void {
    const kinds = covariateKinds(covariates);
    this.#covariates ??= kinds;
    if (JSON.stringify(this.#covariates) === JSON.stringify(kinds)) return;
    const told = (list: typeof kinds) => list.map((one) => `${one.name} (${one.kind}, ${one.values})`).join(", ");
    const message = `${name}: expected the covariates of the series before, ${told(this.#covariates) || "none"}, got ${told(kinds) || "none"}`;
    const hint = "send every covariate with every series, null where a value is missing";
    this.#faults.add({ pointer: pointer("id"), code: "covariates", message: shownLong(message), hint });
  }

  #sameFrequency(series: IncomingSeries, name: string, timeline: Timeline | null): boolean {
    if (timeline === null) return true;
    const frequency = formatFrequency(timeline.frequency);
    this.#usual ??= frequency;
    if (this.#usual === frequency) return true;
    const message = `${name}: expected steps of ${this.#usual}, as the series before, got steps of ${frequency}`;
    const hint = "make one dataset for each frequency, or send frequency";
    this.#faults.add({ pointer: series.pointer("timestamps"), code: "frequency", message, value: frequency, hint });
    return false;
  }

  async #write(series: IncomingSeries, { timeline, positions }: SeriesTimeline): Promise<void> {
    const values = positions === null ? series.values : this.#withGaps(series, positions);
    const place = positions === null || values === series.values ? null : positions;
    const head: Record<string, unknown> = { id: series.id };
    if (timeline !== null) {
      const start = formatTimestamp(timeline.first);
      // 02-29 alone reads as the end of February; where it means each 29th, the times themselves have to say so.
      if (parseTimestamp(start).monthEnd === timeline.first.monthEnd) head.start = start;
      else head.timestamps = timestampsOf(timeline, 0, values.length);
    }
    await this.#file.write(`${JSON.stringify(head).slice(0, -1)},"target":`);
    await this.#writeList(values);
    if (series.covariates !== undefined) await this.#writeCovariates(series.covariates, place);
    await this.#file.write("}\n");
    this.#points += values.length;
    this.#missing += values.filter(Number.isNaN).length;
    this.#shortest = Math.min(this.#shortest, values.length);
    this.#longest = Math.max(this.#longest, values.length);
  }

  async #writeList(values: number[]): Promise<void> {
    await this.#file.write("[");
    for (let from = 0; from < values.length; from += valuesPerPiece) {
      if (from > 0) await nextTurn();
      // JSON.stringify writes NaN as null, which is what stands for a missing value.
      const piece = JSON.stringify(values.slice(from, from + valuesPerPiece)).slice(1, -1);
      await this.#file.write(from === 0 ? piece : `,${piece}`);
    }
    await this.#file.write("]");
  }

  /** Where steps were not sent, covariates have the target's gaps; what future ones say of the time after it follows. */
  async #writeCovariates({ past, future, statics }: IncomingCovariates, positions: number[] | null): Promise<void> {
    const placed = (values: number[]) => {
      if (positions === null) return values;
      return [...spread(values, positions), ...values.slice(positions.length)];
    };
    const fields = { past_covariates: past, future_covariates: future };
    for (const [field, lists] of Object.entries(fields)) {
      if (lists.length === 0) continue;
      await this.#file.write(`,"${field}":{`);
      for (const [index, [name, values]] of lists.entries()) {
        await this.#file.write(`${index === 0 ? "" : ","}${JSON.stringify(name)}:`);
        await this.#writeList(placed(values));
      }
      await this.#file.write("}");
    }
    if (statics.length > 0) await this.#file.write(`,"static":${JSON.stringify(Object.fromEntries(statics))}`);
  }

  #withGaps({ id, values, timestamps, place }: IncomingSeries, positions: number[]): number[] {
    const length = positions.at(-1)! + 1;
    if (length === values.length) return values;
    if (this.#gaps.steps === 0) {
      const after = positions.findIndex((position, index) => position !== index) - 1;
      this.#gaps.first = `series ${shown(id)}, after ${timestamps![after]} (${place(after)})`;
    }
    this.#gaps.steps += length - values.length;
    this.#gaps.series++;
    return spread(values, positions);
  }
}

function spread(values: number[], positions: number[]): number[] {
  const placed = new Array<number>(positions.at(-1)! + 1).fill(Number.NaN);
  for (const [index, position] of positions.entries()) placed[position] = values[index]!;
  return placed;
}

const longestMessage = 1000;

function shownLong(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}...` : message;
}
