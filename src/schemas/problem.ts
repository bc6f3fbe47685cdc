import { type Static, Type } from "typebox";

/** RFC 9457 problem details: the body of every reply from 400 up, and of every `error` frame on a socket. */
export const Problem = Type.Object({
  type: Type.String({ description: "/problems/{code}" }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.Optional(Type.String()),
  code: Type.String(),
  request_id: Type.String(),
  errors: Type.Array(
    Type.Object({
      pointer: Type.String(),
      code: Type.String(),
      message: Type.String(),
      value: Type.Optional(Type.Unknown()),
      allowed: Type.Optional(Type.Unknown()),
      hint: Type.Optional(Type.String()),
    }),
  ),
});
export type Problem = Static<typeof Problem>;
