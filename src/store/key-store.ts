import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { appError } from "../errors.ts";
import type { Key, Scope } from "../schemas/keys.ts";
import type { ApiKeyModel } from "./generated/models.ts";
import type { KeyStore } from "./store.ts";
import type { StoreContext } from "./store-context.ts";
import { isTaken } from "./store-failure.ts";

const digestOf = (secret: string) => createHash("sha256").update(secret).digest();

/** A random key of 256 bits needs no slow hash: nobody can guess it from its digest. */
export async function createKeyStore({ client, newId }: StoreContext): Promise<KeyStore> {
  // Every request asks, and this process alone writes: the few valid keys stay in memory, by digest.
  const valid = new Map<string, Key>();
  for (const row of await client.apiKey.findMany({ where: { revokedAt: null } })) valid.set(row.digest, toKey(row));

  return {
    async create({ name, scope, secret = `unr_${randomBytes(32).toString("hex")}` }) {
      const digest = digestOf(secret).toString("hex");
      const data = { id: newId("key"), name, scope, digest, createdAt: new Date() };
      const row = await client.apiKey.create({ data }).catch((error: unknown) => {
        if (!isTaken(error)) throw error;
        throw appError("name_taken", "a key with this secret exists already, valid or revoked");
      });
      const key = toKey(row);
      valid.set(digest, key);
      return { key, secret };
    },

    async find(secret) {
      const asked = digestOf(secret);
      let found: Key | null = null;
      // All are compared, each in constant time, so that the time taken tells nothing.
      for (const [digest, key] of valid) if (timingSafeEqual(Buffer.from(digest, "hex"), asked)) found = key;
      return found;
    },

    async list() {
      return (await client.apiKey.findMany({ orderBy: { id: "desc" } })).map(toKey);
    },

    async revoke(id) {
      const found = await client.apiKey.findUnique({ where: { id } });
      if (found === null) throw appError("key_not_found", `expected the id of a key, got ${JSON.stringify(id)}`);
      if (found.revokedAt !== null) return toKey(found);
      const row = await client.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
      valid.delete(row.digest);
      return toKey(row);
    },
  };
}

function toKey(row: ApiKeyModel): Key {
  return {
    id: row.id,
    object: "key",
    name: row.name,
    scope: row.scope as Scope,
    created_at: row.createdAt.toISOString(),
    revoked_at: row.revokedAt?.toISOString() ?? null,
  };
}
