import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { readJson } from "../../src/plugins/read-json.ts";

const read = (text: string | Buffer) => readJson(Buffer.from(text as string));

function refusal(text: string | Buffer): { code: string; pointer: string | undefined; detail: string } {
  try {
    read(text);
  } catch (error) {
    if (error instanceof AppError)
      return { code: error.code, pointer: error.errors[0]?.pointer, detail: error.message };
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("what is JSON is read as it is", () => {
  test.each([
    ['{"a":[1,2.5,-3e-7,null,true],"b":{"c":"ñ🙂"}}'],
    ['"a string with \\" and \\\\"'],
    ['{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":2}]}'],
    ['{"text":"{[{[ , : not structure"}'],
    ["12"],
    ["[]"],
    [`${"[".repeat(32)}${"]".repeat(32)}`],
  ])("%s", (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });
});

describe("what JSON.parse would let through is refused", () => {
  test.each([
    ["[1,1e999]", "number_not_finite", "/1"],
    ['{"a":{"b":[0,-1e400]}}', "number_not_finite", "/a/b/1"],
    ['{"a":1,"a":2}', "body_unparsable", "/a"],
    ['{"x":[{"k":1},{"k":1,"\\u006b":2}]}', "body_unparsable", "/x/1/k"],
    ['{"a":{"__proto__":{"admin":true}}}', "body_unparsable", "/a/__proto__"],
    [`${"[".repeat(33)}${"]".repeat(33)}`, "body_too_deep", undefined],
    ['{"a":'.repeat(100_000), "body_too_deep", undefined],
    ["[".repeat(1_000_000), "body_too_deep", undefined],
  ])("%.40s", (text, code, pointer) => {
    expect(refusal(text)).toMatchObject({ code, pointer });
  });

  test("nothing reaches Object.prototype", () => {
    refusal('{"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("what is not JSON", () => {
  test.each(["", "{", "{'a':1}", "NaN", "[1,]", "\ufeff{}", '{"a":"\n"}', "undefined", '{"a" 1}', "]", '"'])(
    "%j",
    (text) => {
      expect(refusal(text).code).toBe("body_unparsable");
    },
  );
});

describe("bytes that are not UTF-8, named by their offset", () => {
  test.each([
    [[0x22, 0xff, 0x22], 1],
    [[0x22, 0x61, 0xc3, 0x28, 0x22], 2],
    [[0x22, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0x80, 0x22], 4],
    [[0x22, 0x61, 0xe2, 0x82], 2],
    [[0x80], 0],
  ])("%j", (bytes, offset) => {
    const { code, detail } = refusal(Buffer.from(bytes));
    expect(code).toBe("body_not_utf8");
    expect(detail).toContain(`offset ${offset}`);
  });
});
