/** A point in time, and how it was written. Whole seconds; a fraction never changes when steps are added, so it stays text. */
export interface Timestamp {
  /** Of the clock on the wall, counted from 1970-01-01T00:00 as if that clock showed UTC. */
  wallSeconds: number;
  /** East of UTC; null where the text named none. */
  offsetSeconds: number | null;
  /** IANA name, as in `[Europe/Madrid]`. */
  zone: string | null;
  /** Digits after the decimal point of the seconds. */
  fraction: string;
  precision: "date" | "minute" | "second";
  separator: "T" | " ";
  /** The offset was written as Z. */
  utc: boolean;
  /** The last day of its month: month steps then lead to last days of months. */
  monthEnd: boolean;
}
