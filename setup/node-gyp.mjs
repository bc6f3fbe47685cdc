import os from "node:os";
import { join } from "node:path";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/** Compiles a package in its own folder with the project's node-gyp; throws a sentence when that fails. */
export async function rebuild({ paths, folder, nodeHeaders, target, what, options = [] }) {
  // A node directory set for another Node.js (npm hands its settings down) would give the wrong headers.
  const { npm_config_nodedir: _ignored, ...env } = process.env;
  const { code, output, timedOut } = await runCommand(
    process.execPath,
    [
      join(paths.modules, "node-gyp", "bin", "node-gyp.js"),
      ...["rebuild", "--release", `--jobs=${Math.min(os.availableParallelism(), 4)}`],
      ...(nodeHeaders ? [`--nodedir=${nodeHeaders}`] : []),
      ...(target && !nodeHeaders ? [`--target=${target}`] : []),
      ...options,
    ],
    { cwd: folder, env, timeoutMs: 15 * 60_000 },
  );
  if (code === 0) return;
  if (!nodeHeaders && /headers|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(output))
    throw new SetupFailure(
      "node_headers",
      `${what} needs the C++ headers of Node.js ${process.version}, and they could not be downloaded.`,
      "Use a Node.js that brings include/node with it, or a network with an npm registry; then run: npm run setup",
    );
  const said = timedOut ? "it did not end within 15 minutes" : lastLines(output);
  throw new SetupFailure("compile_failed", `${what} did not compile:\n${said}\n`, "Mend that, then run: npm run setup");
}
