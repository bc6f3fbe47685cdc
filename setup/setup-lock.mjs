import fs from "node:fs/promises";
import os from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "./is-alive.mjs";
import { SetupFailure } from "./setup-failure.mjs";

const TOUCH_MS = 5_000;
const STALE_MS = 30_000;
const PATIENCE_MS = 20 * 60_000;

/**
 * Lets one set-up at a time work in a clone: resolves to a release function once this one may.
 * The holder touches the file, so one that was killed is noticed, in another container as well.
 */
export async function takeSetupLock(file, { say, patienceMs = PATIENCE_MS, pollMs = 500 } = {}) {
  const deadline = performance.now() + patienceMs;
  await fs.mkdir(dirname(file), { recursive: true });
  for (let told = false; !(await create(file)); told = true) {
    const holder = await read(file);
    if (!holder || holder.dead) {
      if (holder) await fs.rm(file, { force: true });
      continue;
    }
    if (performance.now() > deadline)
      throw new SetupFailure(
        "setup_running",
        `Another set-up (process ${holder.pid}) works in this folder and does not end.`,
        `End it, or remove ${file}.`,
      );
    if (!told) say?.(`another set-up (process ${holder.pid}) works in this folder; waiting for it`);
    await pause(pollMs);
  }
  const touch = setInterval(() => fs.utimes(file, new Date(), new Date()).catch(() => clearInterval(touch)), TOUCH_MS);
  touch.unref();
  return async () => {
    clearInterval(touch);
    await fs.rm(file, { force: true });
  };
}

async function create(file) {
  try {
    await fs.writeFile(file, JSON.stringify({ pid: process.pid, host: os.hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Who holds the lock; undefined when it has just been released. */
async function read(file) {
  try {
    const [text, { mtimeMs }] = await Promise.all([fs.readFile(file, "utf8"), fs.stat(file)]);
    const { pid, host } = text === "" ? {} : JSON.parse(text); // empty: created this instant, not written yet
    const gone = host === os.hostname() && !isAlive(pid);
    return { pid, dead: gone || Date.now() - mtimeMs > STALE_MS };
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
