import { appError } from "../errors.ts";
import type { KeptState, Session, SessionTask } from "../schemas/sessions.ts";
import type { SessionModel } from "./generated/models.ts";
import { pageArguments, pageOf } from "./page-of.ts";
import type { SessionStore } from "./store.ts";
import type { Database, SessionLimits, StoreContext } from "./store-context.ts";

type NewRow = Pick<SessionModel, "modelId" | "checkpointId" | "task" | "state" | "length" | "seed">;

const known = {
  ...{ id: true, modelId: true, checkpointId: true, task: true, length: true, seed: true, bytes: true },
  ...{ createdAt: true, usedAt: true, expiresAt: true },
} as const;

/** An expired session is found no more; its row goes when the next one is made, or at the next start. */
export async function createSessionStore(context: StoreContext): Promise<SessionStore> {
  const { client, now, sessionLimits } = context;
  const isAlive = () => ({ expiresAt: { gt: new Date(now()) } });
  const find = async (id: string) => {
    const row = await client.session.findFirst({ where: { id, ...isAlive() } });
    if (row === null) throw notFound(id);
    return row;
  };
  await removeExpired(client, now());

  return {
    create: ({ model, checkpoint, task, kept }) =>
      addRow(context, { modelId: model, checkpointId: checkpoint, task, ...stateOf(kept) }),

    async get(id) {
      const row = await client.session.findFirst({ where: { id, ...isAlive() }, select: known });
      if (row === null) throw notFound(id);
      return toSession(row);
    },

    async list({ model, ...page }) {
      const { where, ...paging } = pageArguments(page);
      const wanted = { ...where, ...isAlive(), ...(model !== undefined && { modelId: model }) };
      return pageOf(await client.session.findMany({ ...paging, where: wanted, select: known }), page.limit, toSession);
    },

    async state(id) {
      const row = await find(id);
      return { session: toSession(row), text: row.state, change: row.change };
    },

    async keep(id, kept, change) {
      const data = { ...stateOf(kept), ...used(now(), sessionLimits), change: change + 1 };
      const { count } = await client.session.updateMany({ where: { id, change }, data });
      const row = await client.session.findFirst({ where: { id }, select: known });
      if (row === null) throw notFound(id);
      if (count === 0) throw appError("session_busy", `another call has moved the session ${id} on`);
      return toSession(row);
    },

    fork: async (id) => addRow(context, await find(id)),

    async remove(id) {
      const { count } = await client.session.deleteMany({ where: { id, ...isAlive() } });
      if (count === 0) throw notFound(id);
    },
  };
}

function notFound(id: string) {
  const message = `expected the id of a session that is in use, got ${JSON.stringify(id)}`;
  return appError("session_not_found", `${message}: it never was, was deleted, or was idle for too long`);
}

function removeExpired(database: Database, nowMs: number) {
  return database.session.deleteMany({ where: { expiresAt: { lte: new Date(nowMs) } } });
}

function stateOf({ text, length, seed }: KeptState) {
  const numbers = { length: BigInt(length), seed: seed === null ? null : BigInt(seed) };
  return { state: text, bytes: Buffer.byteLength(text), ...numbers };
}

function used(nowMs: number, { idleMs }: SessionLimits) {
  return { usedAt: new Date(nowMs), expiresAt: new Date(nowMs + idleMs) };
}

/** Counts and adds in one transaction. */
async function addRow({ client, newId, now, sessionLimits }: StoreContext, row: NewRow): Promise<Session> {
  const { modelId, checkpointId, task, state, length, seed } = row;
  const nowMs = now();
  const data = {
    ...{ id: newId("ses"), modelId, checkpointId, task, change: 0, createdAt: new Date(nowMs) },
    ...{ state, length, seed, bytes: Buffer.byteLength(state) },
    ...used(nowMs, sessionLimits),
  };
  return client.$transaction(async (transaction) => {
    await removeExpired(transaction, nowMs);
    const { _count: count, _sum: sum } = await transaction.session.aggregate({ _count: true, _sum: { bytes: true } });
    if (count >= sessionLimits.count) {
      throw appError(
        "session_limit",
        `expected at most ${sessionLimits.count} sessions: delete some, or let them expire`,
      );
    }
    const total = (sum.bytes ?? 0) + data.bytes;
    if (total > sessionLimits.bytes) {
      const message = `expected states of at most ${sessionLimits.bytes} bytes together, got ${total}`;
      throw appError("session_storage_full", `${message}: delete some, or let them expire`);
    }
    return toSession(await transaction.session.create({ data, select: known }));
  });
}

function toSession(row: Pick<SessionModel, keyof typeof known>): Session {
  return {
    id: row.id,
    object: "session",
    model: row.modelId,
    checkpoint: row.checkpointId,
    task: row.task as SessionTask,
    length: Number(row.length),
    seed: row.seed === null ? null : Number(row.seed),
    bytes: row.bytes,
    created_at: row.createdAt.toISOString(),
    used_at: row.usedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  };
}
