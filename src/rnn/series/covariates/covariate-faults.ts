import type { ErrorDetail } from "../../../errors.ts";
import type { CovariateDescription } from "./covariate-description.ts";
import { type CovariateValues, covariateFields, valueNamed } from "./covariate-values.ts";

interface Wanted {
  description: CovariateDescription | null;
  pointer: string;
  /** Values of the target. */
  length: number;
  /** Values that future covariates need at least. */
  reach: number;
  /** Whether covariates that the model does not know are passed over: those of a dataset, not of a request. */
  passesOver?: boolean;
}

const shownCategories = 20;
const step = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** What of the covariates of a series the model cannot take, or lacks. */
export function covariateFaults(values: CovariateValues, wanted: Wanted): ErrorDetail[] {
  const { description, pointer, passesOver = false } = wanted;
  const names = {
    past_covariates: description?.past.map(({ name }) => name) ?? [],
    future_covariates: description?.future.map(({ name }) => name) ?? [],
    static: [...(description?.static_numbers ?? []), ...(description?.static_categories ?? [])].map(({ name }) => name),
  };
  const errors: ErrorDetail[] = [];
  for (const field of covariateFields) {
    const given: Record<string, unknown> = values[field] ?? {};
    for (const name of passesOver ? [] : Object.keys(given)) {
      if (names[field].includes(name)) continue;
      const known = names[field].length === 0 ? "the model has none" : `the model has ${names[field].join(", ")}`;
      const message = `expected no ${field} of the name ${name.slice(0, 80)}: ${known}`;
      errors.push({
        pointer: `${pointer}/${field}/${step(name)}`,
        code: "unknown_covariate",
        message,
        allowed: names[field],
      });
    }
    for (const name of names[field]) {
      const place = `${pointer}/${field}/${step(name)}`;
      const value = valueNamed(given, name);
      if (value === undefined) {
        const message = `expected ${field} of the name ${name}, which the model learned from`;
        errors.push({ pointer: place, code: "required", message });
      } else {
        const fault = field === "static" ? staticFault(name, value, wanted) : lengthFault(field, value as [], wanted);
        if (fault !== null) errors.push({ pointer: place, ...fault });
      }
    }
  }
  return errors;
}

type Fault = Omit<ErrorDetail, "pointer"> | null;

function lengthFault(field: string, { length }: unknown[], wanted: Wanted): Fault {
  if (field === "past_covariates") {
    if (length === wanted.length) return null;
    const message = `expected one value for each of the target's ${wanted.length}, got ${length}`;
    return { code: "length", message, value: length, allowed: { minimum: wanted.length, maximum: wanted.length } };
  }
  if (length >= wanted.reach) return null;
  const message = `expected at least ${wanted.reach} values, which reach as far as the model's horizon does, got ${length}`;
  return { code: "length", message, value: length, allowed: { minimum: wanted.reach } };
}

function staticFault(name: string, value: unknown, { description }: Wanted): Fault {
  const categories = description?.static_categories.find((one) => one.name === name)?.values;
  if (categories === undefined) {
    return typeof value === "number" ? null : { code: "type", message: `expected a number for ${name}`, value };
  }
  if (typeof value === "string" && categories.includes(value)) return null;
  const allowed = categories.slice(0, shownCategories);
  const more = categories.length > allowed.length ? ` and ${categories.length - allowed.length} more` : "";
  const message = `expected a category of ${name} that the model learned from: ${allowed.join(", ")}${more}`;
  return { code: "unknown_category", message, value, allowed };
}
