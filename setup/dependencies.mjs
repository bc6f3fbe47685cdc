import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { requireSpace } from "./disk-space.mjs";
import { findNpm } from "./npm.mjs";
import { placeText } from "./place-file.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";

const NEEDED_MEGABYTES = 1_100;
// npm's own patience with a dead registry is a minute and more; a person's setting wins.
const patience = {
  npm_config_fetch_retries: "2",
  npm_config_fetch_retry_mintimeout: "1000",
  npm_config_fetch_retry_factor: "3",
};
const stampFile = (paths) => join(paths.modules, ".unroll-lock");

/** Whether node_modules holds what package-lock.json says, installed by us or by a plain `npm ci`. */
export async function dependenciesAreFresh(paths) {
  const text = await readOrNothing(join(paths.modules, ".package-lock.json"));
  if (!text) return false;
  const installed = JSON.parse(text).packages;
  // A folder that somebody removed, or an npm that was killed: its record says more than is there.
  if (!Object.keys(installed).every((name) => existsSync(join(paths.root, name, "package.json")))) return false;
  const lock = await fs.readFile(paths.lockFile, "utf8");
  const digest = createHash("sha256").update(lock).digest("hex");
  if ((await readOrNothing(stampFile(paths))) === digest) return true;
  if (!matches(JSON.parse(lock).packages, installed)) return false;
  await placeText(digest, stampFile(paths));
  return true;
}

/** Compares the lock file with npm's record of what it installed; packages for other platforms may be missing there. */
function matches(locked, installed) {
  const same = Object.entries(installed).every(([name, { version }]) => locked[name]?.version === version);
  const missing = Object.entries(locked).some(
    ([name, item]) => name !== "" && !(name in installed) && !item.optional && !item.devOptional && !item.peer,
  );
  return same && !missing;
}

async function readOrNothing(file) {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Installs exactly the lock file's packages; no package's install script runs (.npmrc). */
export async function installDependencies({ paths, progress }) {
  const npm = findNpm();
  await requireSpace(paths.root, NEEDED_MEGABYTES, "node_modules");
  await progress.step("installing the packages of package-lock.json (npm ci)", () => npmCi(npm, paths));
  if (await dependenciesAreFresh(paths)) return;
  // An npm that was killed a moment ago, with the set-up that started it, may still have been deleting.
  await progress.step("installing them once more", () => npmCi(npm, paths));
  if (!(await dependenciesAreFresh(paths)))
    throw new SetupFailure(
      "dependencies",
      "npm ci ended well, but node_modules is not what package-lock.json says.",
      "Delete node_modules and run the command again.",
    );
}

async function npmCi([npm, ...first], paths) {
  const { code, output, timedOut } = await runCommand(
    npm,
    [...first, "ci", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund"],
    { cwd: paths.root, env: { ...patience, ...process.env }, timeoutMs: 15 * 60_000 },
  );
  if (code !== 0) throw npmFailure(timedOut ? "no end after 15 minutes" : output);
}

function npmFailure(output) {
  if (/ENOSPC/.test(output))
    return new SetupFailure(
      "disk_full",
      "npm ci found no space on the disk.",
      "Free some space and run the command again.",
    );
  if (/EACCES|EROFS/.test(output))
    return new SetupFailure(
      "folder_not_writable",
      "npm ci cannot write node_modules in the project folder.",
      "Give this user the right to write there.",
    );
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|network/i.test(output))
    return new SetupFailure(
      "dependencies",
      "npm ci cannot reach the npm registry, and the packages are not here yet.",
      "Check the network, the proxy and npm's registry setting (npm config get registry), then run the command again.",
    );
  return new SetupFailure(
    "dependencies",
    `npm ci failed:\n${lastLines(output)}\n`,
    "Mend that and run the command again.",
  );
}
