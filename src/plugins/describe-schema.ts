/** As much of a JSON schema as a sentence about it needs. */
export interface SchemaLike {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: SchemaLike[];
  oneOf?: SchemaLike[];
  properties?: Record<string, SchemaLike>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  description?: string;
}

const articles: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

/** What a schema accepts, in words: "a whole number from 1 to 4096, or null". */
export function describeSchema(schema: SchemaLike): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined && schema.type !== "object") return branches.map(describeSchema).join(", or ");
  const types = [schema.type ?? []].flat();
  return types.map((type) => `${articles[type] ?? type}${type === "null" ? "" : rangeOf(schema)}`).join(", or ");
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength }: SchemaLike): string {
  const low =
    exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : minimum !== undefined ? `from ${minimum}` : "";
  const high =
    exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : maximum !== undefined ? `up to ${maximum}` : "";
  const range = [low, low.startsWith("from") ? high.replace("up to", "to") : high]
    .filter((part) => part !== "")
    .join(" ");
  if (range !== "") return ` ${range}`;
  return maxLength !== undefined ? ` of ${minLength ?? 0} to ${maxLength} characters` : "";
}

export function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (Number.isInteger(value)) return `the number ${value}`;
  return typeof value === "number" ? `the number ${value}` : (articles[typeof value] ?? typeof value);
}

/** The value as a reply may repeat it: scalars, long texts cut, nothing nested. */
export function shortenValue(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === "string")
    return value.length <= 200 ? value : `${value.slice(0, 200).replace(/[\uD800-\uDBFF]$/, "")}…`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return undefined;
}
