import type { ErrorObject } from "ajv";
import type { ErrorDetail } from "../errors.ts";
import { describeSchema, type SchemaLike, shortenValue, typeName } from "./describe-schema.ts";
import { didYouMean } from "./did-you-mean.ts";
import { pointerTo } from "./json-pointer.ts";

const mostFaults = 20;

/** Ajv's errors as faults a caller can act on: a pointer to the field, the rule, what came, what is allowed. At most 20. */
export function explainValidation(errors: readonly ErrorObject[], prefix: string): ErrorDetail[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf");
  const isBranch = (error: ErrorObject) =>
    unions.some((union) => error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`));
  return errors
    .filter((error) => !isBranch(error) && !isMissingTag(error))
    .slice(0, mostFaults)
    .map((error) => ({ pointer: prefix + pointerOf(error), ...explain(error) }));
}

/** Said already, by the `required` of the same field. */
function isMissingTag({ keyword, params }: ErrorObject): boolean {
  return keyword === "discriminator" && params.tagValue === undefined;
}

type Fault = Omit<ErrorDetail, "pointer">;

/** An unknown or missing field is pointed at itself, not at the object around it. */
function pointerOf({ instancePath, params }: ErrorObject): string {
  const field = params.additionalProperty ?? params.missingProperty ?? params.tag;
  return field === undefined ? instancePath : instancePath + pointerTo([field]);
}

function explain(error: ErrorObject): Fault {
  const violation = { ...error, parentSchema: (error.parentSchema ?? {}) as SchemaLike };
  const fault = rules[error.keyword]?.(violation) ?? { code: error.keyword, message: error.message ?? "is not valid" };
  if (fault.value !== undefined || error.keyword === "required" || error.keyword === "additionalProperties")
    return fault;
  const value = shortenValue(error.data);
  return value === undefined ? fault : { ...fault, value };
}

type Violation = Omit<ErrorObject, "parentSchema"> & { parentSchema: SchemaLike };

const rules: Record<string, (violation: Violation) => Fault> = {
  additionalProperties: ({ params, parentSchema }) => unknownField(params.additionalProperty, parentSchema),
  required: ({ params, parentSchema }) => {
    const schema = parentSchema.properties?.[params.missingProperty];
    return {
      code: "required",
      message: `"${params.missingProperty}" is required`,
      allowed: schema && describeSchema(schema),
    };
  },
  type: ({ parentSchema, data }) => {
    const allowed = describeSchema(parentSchema);
    return { code: "type", message: `expected ${allowed}, got ${typeName(data)}`, allowed };
  },
  enum: ({ params }) => notAmong(params.allowedValues),
  const: ({ params }) => notAmong([params.allowedValue]),
  anyOf: ({ parentSchema }) => {
    const allowed = describeSchema(parentSchema);
    return { code: "type", message: `expected ${allowed}`, allowed };
  },
  discriminator: ({ params, parentSchema }) => {
    const tags = (parentSchema.oneOf ?? []).map((branch) => branch.properties?.[params.tag]?.const);
    return { ...notAmong(tags), value: shortenValue(params.tagValue) ?? null };
  },
  minimum: outOfRange,
  maximum: outOfRange,
  exclusiveMinimum: outOfRange,
  exclusiveMaximum: outOfRange,
  minLength: wrongLength,
  maxLength: wrongLength,
  minItems: wrongLength,
  maxItems: wrongLength,
  minProperties: ({ params }) => ({ code: "min_properties", message: `expected at least ${params.limit} field` }),
  pattern: ({ params, parentSchema }) => ({
    code: "pattern",
    message: `expected a text that fits ${params.pattern}`,
    allowed: params.pattern,
    hint: parentSchema.description,
  }),
  uniqueItems: ({ params }) => ({ code: "unique_items", message: `items ${params.j} and ${params.i} are the same` }),
};

function unknownField(field: string, parent: SchemaLike): Fault {
  const known = Object.keys(parent.properties ?? {});
  const meant = didYouMean(field, known);
  return {
    code: "unknown_field",
    message: `unknown field "${shortenValue(field)}"`,
    allowed: known,
    ...(meant !== null ? { hint: `did you mean "${meant}"?` } : {}),
  };
}

function notAmong(allowed: unknown[]): Fault {
  return {
    code: "enum",
    message: `expected one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`,
    allowed,
  };
}

function outOfRange({ parentSchema, data }: Violation): Fault {
  const allowed = describeSchema(parentSchema);
  return { code: "range", message: `expected ${allowed}, got ${data}`, allowed };
}

function wrongLength({ keyword, params, data }: Violation): Fault {
  const bound = keyword.startsWith("min") ? "at least" : "at most";
  const unit = keyword.endsWith("Items") ? "items" : "characters";
  const length = [...(data as Iterable<unknown>)].length; // of a text: code points
  return {
    code: "length",
    message: `expected ${bound} ${params.limit} ${unit}, got ${length}`,
    allowed: `${bound} ${params.limit} ${unit}`,
  };
}
