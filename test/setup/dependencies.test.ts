import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dependenciesAreFresh } from "../../setup/dependencies.mjs";
import { projectPaths } from "../../setup/paths.mjs";

const locked = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b": { version: "2.0.0", dev: true },
  "node_modules/b-other-platform": { version: "2.0.0", optional: true },
};
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "unroll-dependencies-"));
});
afterEach(() => rm(root, { recursive: true }));

async function lay(installed?: Record<string, { version: string }>) {
  await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages: locked }));
  if (!installed) return;
  for (const name of Object.keys(installed)) {
    await mkdir(join(root, name), { recursive: true });
    await writeFile(join(root, name, "package.json"), "{}");
  }
  await writeFile(join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
}

const everything = { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } };

test.each([
  ["no node_modules", undefined, false],
  ["what a plain npm ci installed", everything, true],
  ["an older version", { ...everything, "node_modules/a": { version: "0.9.0" } }, false],
  ["a package missing", { "node_modules/a": { version: "1.0.0" } }, false],
  ["a package the lock file has no longer", { ...everything, "node_modules/c": { version: "1.0.0" } }, false],
])("%s: fresh is %s", async (_case, installed, fresh) => {
  await lay(installed);
  expect(await dependenciesAreFresh(projectPaths(root))).toBe(fresh);
});

test("a lock file that changed makes node_modules old", async () => {
  await lay(everything);
  const paths = projectPaths(root);
  expect(await dependenciesAreFresh(paths)).toBe(true);
  const text = await readFile(paths.lockFile, "utf8");
  await writeFile(paths.lockFile, text.replace("1.0.0", "1.0.1"));
  expect(await dependenciesAreFresh(paths)).toBe(false);
});

test("a package folder that is gone makes node_modules old", async () => {
  await lay(everything);
  const paths = projectPaths(root);
  expect(await dependenciesAreFresh(paths)).toBe(true);
  await rm(join(root, "node_modules", "b"), { recursive: true });
  expect(await dependenciesAreFresh(paths)).toBe(false);
});
