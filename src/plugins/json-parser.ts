import fp from "fastify-plugin";
import { appError } from "../errors.ts";
import { readJson } from "./read-json.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Bytes as JSON, as strictly as a request body is read. */
    readJson(bytes: Buffer): unknown;
  }
}

/** JSON is the one body type; text/plain, which a page may send anywhere without asking, is not among them. */
export const jsonParser = fp(
  async (app) => {
    app.decorate("readJson", readJson);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
      try {
        refuseCharset(request.headers["content-type"]);
        done(null, readJson(bytes));
      } catch (error) {
        done(error as Error, undefined);
      }
    });

    const single = new Set(["content-type", "host", "authorization", "idempotency-key"]);
    app.addHook("onRequest", ({ raw }, _reply, done) => {
      const seen = new Set<string>();
      for (let index = 0; index < (raw.rawHeaders?.length ?? 0); index += 2) {
        const name = raw.rawHeaders[index]!.toLowerCase();
        if (!single.has(name)) continue;
        if (seen.has(name)) return done(appError("request_invalid", `the header ${name} stands twice`));
        seen.add(name);
      }
      done();
    });
  },
  { name: "json-parser" },
);

/** RFC 8259: JSON between systems is UTF-8. */
function refuseCharset(contentType = ""): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  throw appError("media_type_unsupported", `expected JSON in UTF-8, got the charset ${charset}`);
}
