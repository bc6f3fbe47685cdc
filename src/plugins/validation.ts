import { Ajv, type Options, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import fp from "fastify-plugin";
import { type Static, type TSchema, Type } from "typebox";
import { type AppError, appError } from "../errors.ts";
import { explainValidation } from "./explain-validation.ts";
import { simplifyUnions } from "./simplify-unions.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** A check for values that do not come as the body of a route: fills defaults in; throws validation_failed. */
    compileCheck<T extends TSchema>(schema: T): (value: unknown) => Static<T>;
  }
}

type Check = (value: unknown) => AppError | null;

const common: Options = {
  verbose: true,
  useDefaults: true,
  removeAdditional: false,
  discriminator: true,
  allowUnionTypes: true,
  strictTypes: false,
  formats: { "date-time": true },
};

/** With all errors on, Ajv makes an object for each of a million wrong items: bodies with more values than this get their first fault alone. */
const mostValuesForAllErrors = 50_000;

/** Bodies are taken as they are; what comes in a path or a query is text and is read as the type it should have. Unknown fields are refused in both. */
export const validation = fp(
  async (app) => {
    const strict = compiler({ coerceTypes: false });
    const coercing = compiler({ coerceTypes: true });
    const prefixes: Record<string, string> = { querystring: "/query", params: "/path", headers: "/headers", body: "" };

    const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = "body" }) => {
      const check = (httpPart === "body" ? strict : coercing)(schema, prefixes[httpPart] ?? "");
      return (value: unknown) => {
        const error = check(value);
        return error === null ? { value } : { error };
      };
    };
    app.setValidatorCompiler(validatorCompiler);

    app.decorate("compileCheck", <T extends TSchema>(schema: T) => {
      const check = strict(schema, "");
      return (value: unknown) => {
        const error = check(value);
        if (error !== null) throw error;
        return value as Static<T>;
      };
    });

    const noQuery = Type.Object({}, { additionalProperties: false });
    app.addHook("onRoute", (route) => {
      if (route.url.startsWith("/v1/"))
        route.schema = { ...route.schema, querystring: route.schema?.querystring ?? noQuery };
    });
  },
  { name: "validation" },
);

function compiler(options: Options): (schema: TSchema, prefix: string) => Check {
  const first = new Ajv({ ...common, ...options });
  const all = new Ajv({ ...common, ...options, allErrors: true });
  return (schema, prefix) => {
    const simple = simplifyUnions(schema) as TSchema;
    const validateFirst = first.compile(simple);
    let validateAll: ValidateFunction | undefined;
    return (value) => {
      if (validateFirst(value)) return null;
      if (countValues(value) > mostValuesForAllErrors) return failure(validateFirst, prefix);
      validateAll ??= all.compile(simple);
      validateAll(value);
      return failure(validateAll, prefix);
    };
  };
}

function failure({ errors }: ValidateFunction, prefix: string): AppError {
  const faults = explainValidation(errors ?? [], prefix);
  const [fault] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  const detail = fault
    ? `${fault.pointer || "the body"}: ${fault.message}${more}`
    : "the request does not fit the schema";
  return appError("validation_failed", detail, { errors: faults });
}

function countValues(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && count <= mostValuesForAllErrors) {
    const next = open.pop();
    count++;
    if (next === null || typeof next !== "object") continue;
    const members = Object.values(next);
    if (members.length > mostValuesForAllErrors) return members.length;
    open.push(...members);
  }
  return count;
}
