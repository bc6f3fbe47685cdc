import { type Static, Type } from "typebox";
import { Name, Nullable, Timestamp } from "./common.ts";

/** Each scope holds those before it: an `infer` key may read, a `train` key may infer, an `admin` key may do all. */
export const scopes = ["read", "infer", "train", "admin"] as const;
export type Scope = (typeof scopes)[number];
export const Scope = Type.Union(scopes.map((scope) => Type.Literal(scope)));

export const Key = Type.Object({
  id: Type.String(),
  object: Type.Literal("key"),
  name: Name,
  scope: Type.Unsafe<Scope>(Scope),
  created_at: Timestamp,
  revoked_at: Nullable(Timestamp),
});
export type Key = Static<typeof Key>;

export const KeyBody = Type.Object({ name: Name, scope: Type.Unsafe<Scope>(Scope) }, { additionalProperties: false });
export type KeyBody = Static<typeof KeyBody>;

export const NewKey = Type.Object({
  ...Key.properties,
  secret: Type.String({ description: "Shown this once: only its hash is kept." }),
});
export type NewKey = Static<typeof NewKey>;

export const StreamTicket = Type.Object({
  object: Type.Literal("stream_ticket"),
  ticket: Type.String({ description: "Goes into ?ticket= of one socket." }),
  expires_at: Timestamp,
});
export type StreamTicket = Static<typeof StreamTicket>;
