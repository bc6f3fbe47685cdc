import { type FaultList, shown } from "./fault-list.ts";
import { readTimeCell } from "./read-cell.ts";

/** Names of columns, in any case. */
const idNames = ["id", "unique_id", "series", "series_id", "item_id"];
const timeNames = ["timestamp", "ds", "date", "time", "datetime"];
/** Where none of those is there. */
const looseTimeNames = ["year", "quarter", "month", "week", "day", "hour", "period"];
const valueNames = ["target", "y", "value"];

export type CsvLayout =
  /** One row a value. `id` and `time` are null where there is no such column. */
  | { layout: "long"; id: number | null; time: number | null; value: number; ignored: string[] }
  /** First column times, one series in each of the others. */
  | { layout: "series-in-columns" }
  /** First column ids, one series in each row, as in the M4 files; `times` where the header holds them. */
  | { layout: "series-in-rows"; times: string[] | null };

const maximumNameLength = 256;

const accepted =
  "id,timestamp,target with one value a row; timestamp,first,second... with a series in each column; or id,1,2,3... (M4: V1,V2,...) with a series in each row";

/** Tells the layout by the header alone. Stops with a fault that names what is accepted. */
export function csvLayout(header: string[], faults: FaultList): CsvLayout {
  const names = header.map((name) => name.toLowerCase());
  const refuse = (message: string, hint = `use one of: ${accepted}`) =>
    faults.stop({
      pointer: "/file/row/1",
      code: "header",
      message: `row 1: ${message}`,
      value: shown(header.join(",")),
      hint,
    });
  if (header.every((cell) => cell !== "" && Number.isFinite(Number(cell)))) {
    refuse(`expected a header, got ${shown(header.join(","))}`);
  }
  const long = header.findIndex((name) => name.length > maximumNameLength);
  if (long >= 0)
    refuse(`expected column names of at most ${maximumNameLength} characters, column ${long + 1} has more`);
  const only = (role: string, wanted: string[]): number | null => {
    const found = names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
    if (found.length > 1) {
      const columns = found.map((index) => header[index]).join(", ");
      refuse(`expected one column for the ${role}, got ${columns}`, "keep one of them, or rename the others");
    }
    return found[0] ?? null;
  };
  const value = only("value", valueNames);
  if (value !== null) {
    const id = only("series id", idNames);
    const time = only("time", timeNames) ?? only("time", looseTimeNames);
    const ignored = header.filter((_, index) => ![id, time, value].includes(index));
    return { layout: "long", id, time, value, ignored: ignored.map((name) => name || "(no name)") };
  }
  const [first, ...others] = names as [string, ...string[]];
  const told = names.some((name) => idNames.includes(name)) && names.some((name) => timeNames.includes(name));
  if (told)
    refuse(`expected a column ${valueNames.join(", ")}, got ${header.join(", ")}`, "name the column of values target");
  if (others.length > 0 && [...timeNames, ...looseTimeNames].includes(first)) return { layout: "series-in-columns" };
  if (others.length > 0 && (idNames.includes(first) || names.every((name) => /^v\d+$/.test(name)))) {
    const times = header.slice(1).map(readTimeCell);
    return { layout: "series-in-rows", times: times.every((time) => /^\d{4}-/.test(time)) ? times : null };
  }
  return refuse(`expected a header that tells ids, times and values, got ${shown(header.join(", "))}`);
}
