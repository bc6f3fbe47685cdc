import fs from "node:fs/promises";
import { delimiter, join } from "node:path";
import { addonProblem } from "./addon-loads.mjs";
import { mayReach } from "./reachable.mjs";
import { errorLine, runCommand } from "./run-command.mjs";

/**
 * The second way to the native backend: tfjs-node's own installer, which downloads a binding and TensorFlow 2.9.
 * Resolves to undefined when it worked, else to why not.
 */
export async function installFromUpstream({ paths, progress }) {
  const { binary } = JSON.parse(await fs.readFile(join(paths.tfjsNode, "package.json"), "utf8"));
  const { hostname } = new URL(binary.host);
  if (!(await mayReach(hostname))) return `${hostname} does not resolve`;
  return progress.step("asking tfjs-node's own installer", async () => {
    await Promise.all([paths.deps, paths.binding].map((path) => fs.rm(path, { recursive: true, force: true })));
    const { code, output, timedOut } = await runCommand(process.execPath, [join("scripts", "install.js")], {
      cwd: paths.tfjsNode,
      env: { ...process.env, PATH: join(paths.modules, ".bin") + delimiter + process.env.PATH },
      timeoutMs: 4 * 60_000,
    });
    if (timedOut) return "its installer did not end within 4 minutes";
    if (code !== 0) return errorLine(output);
    return addonProblem(paths.binding);
  });
}
