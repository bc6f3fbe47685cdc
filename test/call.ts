import type { FastifyInstance } from "fastify";
import { expectDocumented } from "./expect-documented.ts";

export interface Reply {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read into replies of many shapes.
  body: any;
  text: string;
}

interface Extras {
  headers?: Record<string, string>;
  /** The body as it is, for bytes that are no JSON. */
  raw?: Buffer | string;
}

/** `call(app, "POST /v1/models", {...})`. Whatever comes back must be what /openapi.json says of the route. */
export async function call(app: FastifyInstance, route: string, body?: unknown, extras: Extras = {}): Promise<Reply> {
  const [method = "GET", url = "/"] = route.split(" ");
  const payload = extras.raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const type = payload === undefined ? {} : { "content-type": "application/json" };
  const response = await app.inject({
    method: method as "GET",
    url,
    headers: { host: "localhost:3000", ...type, ...extras.headers },
    ...(payload === undefined ? {} : { payload }),
  });
  expectDocumented(app, { method, url, response });
  const isJson = /json/.test(String(response.headers["content-type"]));
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson && response.body !== "" ? response.json() : null,
    text: response.body,
  };
}
