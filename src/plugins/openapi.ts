import swagger, { type SwaggerTransform, type SwaggerTransformObject } from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fp from "fastify-plugin";
import type { TSchema } from "typebox";
import { Problem } from "../schemas/problem.ts";
import { declarePublic } from "./auth.ts";
import { examples } from "./openapi-examples.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** For routes that check their body themselves: what the documentation says of it, by content type. */
    documentedBody?: Record<string, TSchema>;
  }
}

const description = `Train, stream and serve recurrent networks.

Every reply from 400 up is an RFC 9457 problem. Unknown fields are refused; nothing is clamped or ignored in silence.
Two addresses are WebSockets, too: \`GET /v1/jobs/{id}/events\` and \`GET /v1/models/{id}/generate\`; they open with the same key,
or from a page with \`?ticket=\` from \`POST /v1/stream-tickets\`.`;

/** /openapi.json from the schemas of the routes, and a page at /docs that asks nothing of any other server. */
export const openapi = fp<{ version: string }>(
  async (app, { version }) => {
    for (const path of ["/docs", "/openapi.json"]) declarePublic(app, path);
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: { title: "Unroll", version, description, license: { name: "MIT", identifier: "MIT" } },
        servers: [{ url: "/" }],
        components: {
          securitySchemes: {
            key: { type: "http", scheme: "bearer", description: "unr_..., where the server asks for keys." },
          },
        },
      },
      transform: describeRoute,
      transformObject: addProblems,
    });
    await app.register(swaggerUi, {
      routePrefix: "/docs",
      staticCSP: {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "style-src": "'self' 'unsafe-inline'",
        "frame-ancestors": "'none'",
      },
      uiConfig: { deepLinking: true, persistAuthorization: true },
    });
    app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  },
  { name: "openapi", dependencies: ["validation"] },
);

const describeRoute: SwaggerTransform = ({ schema, url, route }) => {
  const scope = route.config?.scope;
  const described: Record<string, unknown> = { ...schema };
  if (scope !== undefined && scope !== "public") {
    described.security = [{ key: [] }];
    described["x-scope"] = scope;
    described.description = [described.description, `Scope: \`${scope}\`.`].filter(Boolean).join("\n\n");
  }
  const { documentedBody } = route.config ?? {};
  if (documentedBody !== undefined) {
    const types = Object.entries(documentedBody).map(([type, body]) => [type, { schema: body }]);
    described.body = { content: Object.fromEntries(types) };
  }
  return { schema: described, url };
};

interface Operation {
  security?: unknown[];
  parameters?: { in: string }[];
  requestBody?: { content: Record<string, { examples?: unknown }> };
  responses: Record<string, unknown>;
}

/** Adds to every operation the problems it can answer with, and the examples. */
const addProblems: SwaggerTransformObject = (document) => {
  const openapiObject = ("openapiObject" in document ? document.openapiObject : {}) as {
    paths?: Record<string, Record<string, Operation>>;
    components?: Record<string, unknown>;
  };
  openapiObject.components = {
    ...openapiObject.components,
    schemas: { Problem },
    responses: {
      Problem: {
        description: "A problem, RFC 9457.",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
  for (const [path, operations] of Object.entries(openapiObject.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      for (const status of problemsOf(operation))
        operation.responses[status] ??= { $ref: "#/components/responses/Problem" };
      const given = examples[`${method.toUpperCase()} ${path}`];
      const body = operation.requestBody?.content["application/json"];
      if (given !== undefined && body !== undefined) body.examples = given;
    }
  }
  return openapiObject as ReturnType<SwaggerTransformObject>;
};

function problemsOf({ security, parameters = [], requestBody }: Operation): string[] {
  const statuses = ["default"];
  if (security !== undefined) statuses.push("401", "403", "429");
  if (parameters.some((parameter) => parameter.in === "path")) statuses.push("404");
  if (parameters.some((parameter) => parameter.in === "query")) statuses.push("422");
  if (requestBody !== undefined) statuses.push("400", "413", "415", "422");
  return statuses;
}
