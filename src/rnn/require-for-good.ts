import Module, { createRequire } from "node:module";
import { constants } from "node:os";

const require = createRequire(import.meta.url);

/** RTLD_NODELETE, which Node does not name. Windows has no such flag. */
const keepLoaded: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1000, darwin: 0x80 };

/**
 * Requires an addon that stays in the process when its thread ends. Node unloads the addons of a thread with it; TensorFlow does not
 * survive that: what it leaves to run at exit is no longer there, and the next thread that loads it ends the process.
 */
export function requireForGood(name: string): unknown {
  const path = require.resolve(name);
  const flag = keepLoaded[process.platform];
  if (flag !== undefined && require.cache[path] === undefined) {
    const module = new Module(path);
    process.dlopen(module, path, constants.dlopen.RTLD_LAZY | flag);
    module.loaded = true;
    require.cache[path] = module;
  }
  return require(path);
}
