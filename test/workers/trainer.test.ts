import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { threadEntry } from "../../src/workers/thread-entry.ts";

const server = fileURLToPath(new URL("../fixtures/trainers/server.mjs", import.meta.url));

/** Running, that is, and not a remnant nobody has taken leave of. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function startServer() {
  const child = spawn(process.execPath, [server, fileURLToPath(threadEntry("trainer"))]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  const trainer = Number(String(line));
  // The first thing it does; the rest of its start is done in the same breath.
  await until(() => getPriority(trainer) === constants.priority.PRIORITY_LOW);
  return { child, trainer };
}

test.runIf(process.platform === "linux")("a trainer gives way to the server, and dies with it", async () => {
  const { child, trainer } = await startServer();
  expect(isAlive(trainer)).toBe(true);
  child.kill("SIGKILL");
  await until(() => !isAlive(trainer));
});
