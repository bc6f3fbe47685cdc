import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { temporaryStore } from "./temporary-store.ts";

test("a key is found by its secret, also after a restart, until it is revoked", async () => {
  const dataFolder = await temporaryFolder();
  const first = await openStore({ dataFolder, maxUploadBytes: 1000 });
  const { key, secret } = await first.keys.create({ name: "laptop", scope: "train" });
  expect(secret).toMatch(/^unr_[0-9a-f]{64}$/);
  expect(key).toMatchObject({ object: "key", name: "laptop", scope: "train", revoked_at: null });
  expect(await first.keys.find(secret)).toEqual(key);
  await first.close();
  const { store } = await temporaryStore({ dataFolder });
  expect(await store.keys.find(secret)).toEqual(key);
  expect(await store.keys.find(`${secret}0`)).toBeNull();
  expect(await store.keys.find("")).toBeNull();
  const revoked = await store.keys.revoke(key.id);
  expect(revoked.revoked_at).not.toBeNull();
  expect(await store.keys.find(secret)).toBeNull();
  expect(await store.keys.revoke(key.id)).toEqual(revoked);
  expect(await store.keys.list()).toEqual([revoked]);
  await expect(store.keys.revoke("key_x")).rejects.toMatchObject({ code: "key_not_found" });
});

test("the secret is nowhere in the data folder", async () => {
  const dataFolder = await temporaryFolder();
  const store = await openStore({ dataFolder, maxUploadBytes: 1000 });
  const { secret } = await store.keys.create({ name: "a", scope: "admin" });
  await store.close();
  for (const entry of await readdir(dataFolder, { withFileTypes: true })) {
    if (entry.isFile()) expect((await readFile(join(dataFolder, entry.name))).includes(secret)).toBe(false);
  }
});

test("a secret may be given, once", async () => {
  const { store } = await temporaryStore();
  const secret = "unr_a-secret-of-my-own-0123456789abcdef";
  const { key } = await store.keys.create({ name: "mine", scope: "admin", secret });
  expect(await store.keys.find(secret)).toEqual(key);
  await expect(store.keys.create({ name: "again", scope: "read", secret })).rejects.toMatchObject({
    code: "name_taken",
  });
});
