import { appError } from "../errors.ts";
import type { IdempotencyStore } from "./store.ts";
import type { StoreContext } from "./store-context.ts";

const keptMs = 24 * 3600 * 1000;

/** Replies are kept for 24 hours. A claim that a dead process left without a reply is dropped at the start. */
export async function createIdempotencyStore({ client }: StoreContext): Promise<IdempotencyStore> {
  await client.idempotentReply.deleteMany({ where: { status: null } });

  return {
    begin(key, fingerprint) {
      return client.$transaction(async (transaction) => {
        const now = new Date();
        await transaction.idempotentReply.deleteMany({
          where: { createdAt: { lt: new Date(now.getTime() - keptMs) } },
        });
        const found = await transaction.idempotentReply.findUnique({ where: { key } });
        if (found === null) {
          await transaction.idempotentReply.create({ data: { key, fingerprint, createdAt: now } });
          return null;
        }
        if (found.fingerprint !== fingerprint) {
          throw appError("idempotency_mismatch", `expected the request that first used the key ${JSON.stringify(key)}`);
        }
        if (found.status === null || found.body === null) {
          throw appError(
            "idempotency_conflict",
            `the first request with the key ${JSON.stringify(key)} has no reply yet`,
          );
        }
        return { status: found.status, location: found.location, body: found.body };
      });
    },

    async finish(key, { status, location, body }) {
      await client.idempotentReply.updateMany({ where: { key }, data: { status, location, body } });
    },

    async forget(key) {
      await client.idempotentReply.deleteMany({ where: { key, status: null } });
    },
  };
}
