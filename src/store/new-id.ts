import { decodeTime, monotonicFactory } from "ulid";
import type { PrismaClient } from "./generated/client.ts";

export type IdPrefix = "mdl" | "job" | "ds" | "key" | "ses";
/** Ids sort by the time they were made, also within a millisecond. */
export type NewId = (prefix: IdPrefix) => string;

/** Goes on above every id there is, so that newest first stays true when the clock has been set back. */
export async function idFactory(client: PrismaClient): Promise<NewId> {
  const last = { orderBy: { id: "desc" }, select: { id: true } } as const;
  const rows = await Promise.all([
    client.model.findFirst(last),
    client.job.findFirst(last),
    client.dataset.findFirst(last),
    client.apiKey.findFirst(last),
    client.session.findFirst(last),
  ]);
  const times = rows.map((row) => (row === null ? 0 : decodeTime(row.id.slice(row.id.indexOf("_") + 1).toUpperCase())));
  const floor = Math.max(...times) + 1;
  const ulid = monotonicFactory();
  return (prefix) => `${prefix}_${ulid(Math.max(floor, Date.now())).toLowerCase()}`;
}
