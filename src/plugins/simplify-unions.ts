type Schema = Record<string, unknown>;

const children = ["properties", "patternProperties"] as const;
const single = ["items", "additionalProperties"] as const;

/**
 * The same schema with fewer `anyOf`: a choice between constants becomes `enum`, "this or null" becomes one branch that may be null.
 * Ajv then fills in defaults inside them, which it does not do below anyOf, and names one fault instead of one for each branch.
 */
export function simplifyUnions(schema: unknown): unknown {
  if (schema === null || typeof schema !== "object") return schema;
  const simple: Schema = { ...(schema as Schema) };
  for (const key of children) {
    const group = simple[key] as Schema | undefined;
    if (group)
      simple[key] = Object.fromEntries(Object.entries(group).map(([name, item]) => [name, simplifyUnions(item)]));
  }
  for (const key of single) {
    if (typeof simple[key] === "object") simple[key] = simplifyUnions(simple[key]);
  }
  if (Array.isArray(simple.oneOf)) simple.oneOf = simple.oneOf.map(simplifyUnions);
  if (!Array.isArray(simple.anyOf)) return simple;
  const { anyOf, ...rest } = simple as { anyOf: unknown[] } & Schema;
  return { ...rest, ...merge(anyOf.map(simplifyUnions) as Schema[]) };
}

function merge(branches: Schema[]): Schema {
  const isNullable = branches.some(({ type }) => type === "null");
  const others = branches.filter(({ type }) => type !== "null");
  const constants = others.map(constantsOf);
  if (constants.every((values) => values !== null)) {
    return { enum: [...constants.flat(), ...(isNullable ? [null] : [])] };
  }
  const [only] = others;
  if (isNullable && only !== undefined && others.length === 1 && typeof only.type === "string") {
    return { ...only, type: [only.type, "null"] };
  }
  return { anyOf: branches };
}

function constantsOf(branch: Schema): unknown[] | null {
  if (branch.const !== undefined) return [branch.const];
  return Array.isArray(branch.enum) ? branch.enum : null;
}
