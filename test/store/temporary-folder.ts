import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

// These tests sync hundreds of files, which a busy disk takes its time for: memory will do, where it is a file system.
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(join(parent, "unroll-store-"));
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** A folder that is gone when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const path = await makeTemporaryFolder();
  onTestFinished(() => removeFolder(path));
  return path;
}
