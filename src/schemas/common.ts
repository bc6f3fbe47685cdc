import { type Static, Type } from "typebox";

/** A name people choose: it lives in the database only and never becomes part of a path. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
  description: "Letters, digits, dot, dash and underscore; starts with a letter or digit.",
});

/** An id or a name in a path or a body. */
export const Reference = Type.String({ minLength: 1, maxLength: 128, description: "An id or a name." });

export const Timestamp = Type.String({ format: "date-time", description: "RFC 3339, UTC, milliseconds." });

export const Seed = Type.Integer({ minimum: 0, maximum: 4294967295 });

export const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** Numbers by name: `{validation_loss: 1.42}`. Never NaN or infinite. */
export const Metrics = Type.Record(Type.String(), Type.Number());
export type Metrics = Static<typeof Metrics>;
