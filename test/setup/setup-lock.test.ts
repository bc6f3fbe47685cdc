import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeSetupLock } from "../../setup/setup-lock.mjs";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true }));

test("set-ups of one clone work one after another", async () => {
  const order: string[] = [];
  const work = async (name: string) => {
    const release = await takeSetupLock(file, { pollMs: 1 });
    order.push(`${name} in`);
    await new Promise(setImmediate);
    order.push(`${name} out`);
    await release();
  };
  await Promise.all(["a", "b", "c"].map(work));
  expect(order).toHaveLength(6);
  for (let at = 0; at < 6; at += 2) expect(order[at + 1]).toBe(order[at]!.replace("in", "out"));
});

test("a lock whose process is gone is taken over", async () => {
  await writeFile(file, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() })); // beyond Linux's largest process id
  const release = await takeSetupLock(file, { patienceMs: 1000, pollMs: 1 });
  await release();
});

test("a lock from another container is taken over once it is no longer touched", async () => {
  await writeFile(file, JSON.stringify({ pid: process.pid, host: "elsewhere" }));
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, minuteAgo, minuteAgo);
  const release = await takeSetupLock(file, { patienceMs: 1000, pollMs: 1 });
  await release();
});

test("a lock that stays is refused with the process that holds it", async () => {
  const release = await takeSetupLock(file, { pollMs: 1 });
  await expect(takeSetupLock(file, { patienceMs: 10, pollMs: 1 })).rejects.toMatchObject({
    reason: "setup_running",
    exitCode: 17,
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await release();
});
