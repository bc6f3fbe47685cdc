import { Type } from "typebox";
import { expect, test } from "vitest";
import { simplifyUnions } from "../../src/plugins/simplify-unions.ts";

const plain = (schema: unknown) => JSON.parse(JSON.stringify(schema));

test("constants become one list, and null a second type, wherever they stand", () => {
  const schema = Type.Object({
    cell: Type.Union([Type.Literal("lstm"), Type.Literal("gru")], { default: "lstm" }),
    size: Type.Array(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
    stop: Type.Union([Type.Object({ patience: Type.Integer({ default: 3 }) }), Type.Null()]),
    kind: Type.Union([Type.Literal("a"), Type.Null()]),
  });
  const { properties } = plain(simplifyUnions(schema));
  expect(properties.cell).toEqual({ default: "lstm", enum: ["lstm", "gru"] });
  expect(properties.size.items).toEqual({ type: ["integer", "null"], minimum: 1 });
  expect(properties.stop).toMatchObject({ type: ["object", "null"], properties: { patience: { default: 3 } } });
  expect(properties.kind).toEqual({ enum: ["a", null] });
});

test("what cannot be said shorter stays, and the schema itself is untouched", () => {
  const schema = Type.Union([Type.Integer(), Type.Literal("auto")]);
  const before = plain(schema);
  expect(plain(simplifyUnions(schema))).toEqual(before);
  expect(plain(schema)).toEqual(before);
});
