import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import { join, relative } from "node:path";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/** Compiles src to dist and removes from dist what src has no longer. */
export async function buildService({ paths, progress }) {
  await progress.step("compiling src to dist", async () => {
    if (!existsSync(join(paths.dist, ".tsbuildinfo"))) await fs.rm(paths.dist, { recursive: true, force: true });
    const { code, output } = await runCommand(
      process.execPath,
      [join(paths.modules, "typescript", "bin", "tsc"), "-p", "."],
      {
        cwd: paths.root,
        timeoutMs: 5 * 60_000,
      },
    );
    if (code !== 0)
      throw new SetupFailure(
        "build",
        `The TypeScript build failed:\n${lastLines(output, 20)}\n`,
        "Mend src and run the command again.",
      );
    await removeOrphans(paths);
  });
}

async function removeOrphans({ dist, source }) {
  for (const entry of await fs.readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!/\.js(\.map)?$/.test(entry.name)) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const origin = join(source, relative(dist, file).replace(/\.js(\.map)?$/, ".ts"));
    if (!existsSync(origin)) await fs.rm(file);
  }
}
