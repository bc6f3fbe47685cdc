import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

// These tests sync hundreds of files, which a busy disk takes its time for: memory will do, where it is a file system.
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A folder that is gone when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(parent, "unroll-store-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
