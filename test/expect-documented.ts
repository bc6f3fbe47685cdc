import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { expect } from "vitest";

interface Media {
  schema?: object;
}
interface Operation {
  responses: Record<string, { $ref?: string; content?: Record<string, Media> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, { content: Record<string, Media> }> };
}

const validators = new Map<string, ValidateFunction>();

/** A reply has a status, a type and a shape that the document promises for its route; replies of unknown routes are problems. */
export function expectDocumented(
  app: FastifyInstance,
  exchange: { method: string; url: string; response: LightMyRequestResponse },
): void {
  const { method, url, response } = exchange;
  const document = app.swagger() as unknown as Document;
  const path = url.split("?", 1)[0] ?? "/";
  const template = Object.keys(document.paths).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(path),
  );
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  const type = String(response.headers["content-type"] ?? "").split(";", 1)[0] ?? "";
  if (response.statusCode >= 400 && !isReady(path)) {
    expect(type).toBe("application/problem+json");
    check(document, document.components.schemas.Problem ?? {}, response.json());
    return;
  }
  if (operation === undefined || type === "text/event-stream") return;
  const promised = operation.responses[response.statusCode];
  expect(promised, `${method} ${template} promises ${response.statusCode}`).toBeDefined();
  const schema = promised?.content?.[type]?.schema;
  if (type === "image/svg+xml") expect(schema, `${method} ${template} promises a picture`).toBeDefined();
  else if (schema !== undefined) check(document, schema, response.json());
}

/** Not ready is a 503 that is no problem. */
function isReady(path: string): boolean {
  return path === "/health/ready";
}

function check(document: Document, schema: object, value: unknown): void {
  const key = JSON.stringify(schema);
  let validate = validators.get(key);
  if (validate === undefined) {
    const ajv = new Ajv2020({ strict: false, formats: { "date-time": true, binary: true } });
    validate = ajv.compile({ ...schema, components: document.components });
    validators.set(key, validate);
  }
  expect(validate(value) ? [] : validate.errors).toEqual([]);
}
