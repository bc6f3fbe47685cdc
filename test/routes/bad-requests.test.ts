import { test } from "vitest";
import { expectRefusals } from "./expect-refusals.ts";

const model = (fields: object) => ({ name: "m", task: "text", ...fields });
const json = { "content-type": "application/json" };
const typed = (type: string) => ({ raw: '{"name":"m"}', headers: { "content-type": type } });
const from = (origin: string) => ({ body: model({}), headers: { origin } });

test("bytes that are no JSON, or more than JSON should be", () =>
  expectRefusals({
    "POST /v1/models": [
      ["60,000 levels", "400 body_too_deep", { raw: "[".repeat(60_000) }],
      ["cut off", "400 body_unparsable", { raw: '{"name":"m"' }],
      ["empty", "400 body_unparsable", { raw: "", headers: json }],
      ["a key twice", "400 body_unparsable /name", { raw: '{"name":"a","name":"b","task":"text"}' }],
      ["__proto__", "400 body_unparsable /__proto__", { raw: '{"name":"m","__proto__":{"isAdmin":true}}' }],
      ["constructor", "422 validation_failed /constructor", { body: model({ constructor: { prototype: { a: 1 } } }) }],
      ["no body", "422 validation_failed ", {}],
      ["a list", "422 validation_failed ", { raw: "[]", headers: json }],
      ["over the limit", "413 body_too_large", { body: model({ tags: ["x".repeat(70_000)] }) }],
    ],
    "POST /v1/datasets": [
      ["invalid UTF-8", "400 body_not_utf8", { raw: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) }],
      ["1e999", "400 number_not_finite /a/1", { raw: '{"a":[1,-1e999]}' }, /null/],
    ],
    "POST /v1/models/writer/generate": [
      ["1e999", "400 number_not_finite /temperature", { raw: '{"temperature":1e999}' }],
      ["NaN", "400 body_unparsable", { raw: '{"temperature":NaN}' }],
    ],
  }));

test("content types that are not plain JSON in UTF-8", () =>
  expectRefusals({
    "POST /v1/models": [
      ["text/plain", "415 media_type_unsupported", typed("text/plain")],
      ["a tab", "415 media_type_unsupported", typed("application/json\ta")],
      ["garbage", "415 media_type_unsupported", typed("application/json garbage")],
      ["none", "415 media_type_unsupported", typed("")],
      ["latin1", "415 media_type_unsupported", typed("application/json; charset=latin1")],
      ["a form", "415 media_type_unsupported", typed("multipart/form-data; boundary=x")],
    ],
  }));

const override = { body: {}, headers: { "x-http-method-override": "DELETE" } };

test("addresses and queries that are not there", () =>
  expectRefusals({
    "GET /v1/modles": [["misspelt", "404 route_not_found", {}]],
    "POST /v1/models/writer": [["method override", "404 route_not_found", override]],
    "GET /v1/models/%zz": [["does not decode", "400 request_invalid", {}]],
    "GET /v1/models/..%2f..%2fetc%2fpasswd": [["path characters", "404 model_not_found", {}]],
    "GET /v1/datasets/%00": [["NUL", "404 dataset_not_found", {}]],
    [`GET /v1/jobs/${"x".repeat(200)}`]: [["beyond measure", "422 validation_failed /path/id", {}]],
    "GET /v1/models?limt=3": [["unknown", "422 validation_failed /query/limt", {}, 'did you mean "limit"']],
    "GET /v1/models?limit=many": [
      ["no number", "422 validation_failed /query/limit", {}, /whole number from 1 to 100/],
    ],
    "GET /v1/jobs?limit=1000": [["too many", "422 validation_failed /query/limit", {}]],
    "GET /v1/jobs/job_1?wait_ms=600000": [["too long", "422 validation_failed /query/wait_ms", {}]],
    "POST /v1/jobs?dry_run=true": [["unknown", "422 validation_failed ", { body: {} }]],
    "GET /v1/models/writer/generate": [["not a socket", "404 route_not_found", {}]],
    "POST /v1/jobs/job_1/cancel": [["not there", "404 job_not_found", {}]],
  }));

test("pages and names of strangers", () =>
  expectRefusals({
    "GET /v1/models": [
      [
        "foreign Origin",
        "403 origin_forbidden /headers/origin",
        from("https://evil.example"),
        /UNROLL_ALLOWED_ORIGINS/,
      ],
      [
        "foreign Host",
        "403 host_forbidden /headers/host",
        { headers: { host: "evil.example" } },
        /UNROLL_ALLOWED_HOSTS/,
      ],
      ["Host that looks alike", "403 host_forbidden", { headers: { host: "localhost.evil.example" } }],
    ],
    "POST /v1/models": [
      ["null Origin", "403 origin_forbidden", from("null")],
      ["Origin that looks alike", "403 origin_forbidden", from("http://localhost.evil.example:3000")],
      ["another port", "403 origin_forbidden", from("http://localhost:5173")],
      ["a file", "403 origin_forbidden", from("file://")],
      [
        "key with spaces",
        "422 validation_failed /headers/idempotency-key",
        { body: model({}), headers: { "idempotency-key": "a b" } },
      ],
    ],
    "OPTIONS /v1/models": [
      ["foreign preflight", "403 origin_forbidden", { headers: { origin: "https://evil.example" } }],
    ],
  }));
