import { examineMachine } from "./examine-machine.mjs";
import { examineParts } from "./examine-parts.mjs";
import { examineService } from "./examine-service.mjs";
import { projectPaths } from "./paths.mjs";
import { Stamp } from "./stamp.mjs";
import { findTools } from "./toolchain.mjs";

/**
 * Looks at the machine, the parts the set-up made, and the place the service will run in. Resolves to findings
 * {name, status: "ok" | "notice" | "problem", found, remedy}; only a "problem" keeps the service from starting.
 */
export async function examine({ paths = projectPaths(), env = process.env } = {}) {
  const context = { paths, env, ...findTools(env), stamp: await Stamp.read(paths.stamp) };
  const groups = await Promise.all([examineMachine(context), examineParts(context), examineService(context)]);
  return groups.flat();
}
