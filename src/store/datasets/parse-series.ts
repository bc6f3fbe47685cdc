import { pointerPart } from "./cell-pointer.ts";
import type { FaultList } from "./fault-list.ts";
import { shown } from "./fault-list.ts";
import { type IncomingSeries, idFault, maximumSeriesLength } from "./incoming-series.ts";
import { parseCovariates } from "./parse-covariates.ts";

const fields = ["id", "start", "timestamps", "target", "past_covariates", "future_covariates", "static"];

interface Place {
  /** Of the object in the request or file. */
  pointer: string;
  /** How a person finds it: `line 3`. */
  name: string;
  faults: FaultList;
}

/** Reads `{id, start?, timestamps?, target, past_covariates?, future_covariates?, static?}`; adds every fault of its shape, and returns null then. */
export function parseSeries(value: unknown, { pointer, name, faults }: Place): IncomingSeries | null {
  const fault = (at: string, code: string, message: string, extra: { value?: unknown; hint?: string } = {}) =>
    faults.add({ pointer: `${pointer}${at}`, code, message: `${name}: ${message}`, ...extra });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fault("", "object", 'expected an object such as {"id": "a", "target": [1, 2, null]}');
    return null;
  }
  const { id, start, timestamps, target } = value as Record<string, unknown>;
  let sound = true;
  const refuse: typeof fault = (...parts) => {
    sound = false;
    fault(...parts);
  };
  for (const field of Object.keys(value)) {
    if (!fields.includes(field)) {
      refuse(
        `/${pointerPart(shown(field))}`,
        "unknown_field",
        `expected the fields ${fields.join(", ")}, got ${JSON.stringify(shown(field))}`,
      );
    }
  }
  const wrong = idFault(id);
  if (wrong !== null) refuse("/id", "id", wrong);
  if (start !== undefined && typeof start !== "string") refuse("/start", "time", "expected a time as a string");
  if (
    timestamps !== undefined &&
    !(Array.isArray(timestamps) && timestamps.every((time) => typeof time === "string"))
  ) {
    refuse("/timestamps", "time", "expected an array of times as strings");
  }
  if (!Array.isArray(target) || target.length === 0 || target.length > maximumSeriesLength) {
    refuse("/target", "target", `expected an array of 1 to ${maximumSeriesLength} numbers or nulls`);
    return null;
  }
  const values = target.map((item: unknown, index) => {
    if (item === null) return Number.NaN;
    if (typeof item === "number") return item;
    const hint = "send null where a value is missing";
    refuse(`/target/${index}`, "number", `expected a number or null at index ${index}`, { value: item, hint });
    return 0;
  });
  const covariates = parseCovariates(value, values.length, refuse);
  if (!sound) return null;
  return {
    id: id as string,
    start: start as string | undefined,
    timestamps: timestamps as string[] | undefined,
    values,
    covariates,
    pointer: (field, index) => `${pointer}/${field}${index === null || index === undefined ? "" : `/${index}`}`,
    place: (index) => `index ${index}`,
  };
}
