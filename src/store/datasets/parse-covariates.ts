import { pointerPart } from "./cell-pointer.ts";
import { shown } from "./fault-list.ts";
import { type IncomingCovariates, idFault, maximumSeriesLength } from "./incoming-series.ts";

/** Adds a fault at a pointer within the series. */
type Refuse = (at: string, code: string, message: string, extra?: { value?: unknown; hint?: string }) => void;

interface Sent {
  past_covariates?: unknown;
  future_covariates?: unknown;
  static?: unknown;
}

const mostNames = 64;
const longestName = 64;
const longestCategory = 256;
/** As of the target: larger numbers overflow as soon as they are squared. */
const largestValue = 1e300;

/** Reads past_covariates, future_covariates and static of a series of so many values; undefined where it has none. */
export function parseCovariates(sent: Sent, length: number, refuse: Refuse): IncomingCovariates | undefined {
  const { past_covariates: past, future_covariates: future, static: statics } = sent;
  if (past === undefined && future === undefined && statics === undefined) return undefined;
  const names = new Set<string>();
  const entriesOf = (field: keyof Sent) => entries(field, sent[field], { names, refuse });
  const lists = (field: "past_covariates" | "future_covariates", isLength: (found: number) => boolean) =>
    entriesOf(field).map(([name, list]): [string, number[]] => {
      const at = `/${field}/${pointerPart(shown(name))}`;
      if (Array.isArray(list) && list.length <= maximumSeriesLength && isLength(list.length)) {
        return [name, readList(list, at, refuse)];
      }
      const least = field === "past_covariates" ? "" : " or more";
      refuse(at, "length", `expected an array of ${length}${least} numbers or nulls: the target has ${length} values`);
      return [name, []];
    });
  return {
    past: lists("past_covariates", (found) => found === length),
    future: lists("future_covariates", (found) => found >= length),
    statics: entriesOf("static").map(([name, value]) => {
      const isText = typeof value === "string" && value !== "" && value.length <= longestCategory;
      if (isText || (typeof value === "number" && Math.abs(value) <= largestValue)) return [name, value];
      const message = `expected a number between -1e300 and 1e300, or a category of 1 to ${longestCategory} characters`;
      refuse(`/static/${pointerPart(shown(name))}`, "static", message, { value: shownValue(value) });
      return [name, 0];
    }),
  };
}

function entries(
  field: keyof Sent,
  value: unknown,
  { names, refuse }: { names: Set<string>; refuse: Refuse },
): [string, unknown][] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const example = field === "static" ? '{"region": "north"}' : '{"price": [1, 2, null]}';
    refuse(`/${field}`, "object", `expected an object such as ${example}`);
    return [];
  }
  const found = Object.entries(value);
  if (found.length > mostNames) refuse(`/${field}`, "size", `expected at most ${mostNames} names, got ${found.length}`);
  for (const [name] of found) {
    const at = `/${field}/${pointerPart(shown(name))}`;
    if (name === "__proto__" || name.length > longestName || idFault(name) !== null) {
      refuse(at, "name", `expected a name of 1 to ${longestName} characters without control characters`);
    }
    if (names.has(name)) refuse(at, "duplicate", `expected each name once, got ${JSON.stringify(shown(name))} twice`);
    names.add(name);
  }
  return found.slice(0, mostNames);
}

function readList(list: unknown[], at: string, refuse: Refuse): number[] {
  return list.map((item, index) => {
    if (item === null) return Number.NaN;
    if (typeof item === "number" && Math.abs(item) <= largestValue) return item;
    const message = `expected a number between -1e300 and 1e300, or null, at index ${index}`;
    refuse(`${at}/${index}`, "number", message, {
      value: shownValue(item),
      hint: "send null where a value is missing",
    });
    return 0;
  });
}

/** Infinity has no JSON of its own. */
function shownValue(value: unknown): unknown {
  if (typeof value === "string") return shown(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
