import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Every place of the project that the set-up reads or writes, from its root folder. */
export function projectPaths(root = resolve(fileURLToPath(new URL("..", import.meta.url)))) {
  const modules = join(root, "node_modules");
  const tfjsNode = join(modules, "@tensorflow", "tfjs-node");
  return Object.freeze({
    root,
    modules,
    lockFile: join(root, "package-lock.json"),
    state: join(root, ".setup"),
    stamp: join(root, ".setup", "stamp.json"),
    tfjsNode,
    deps: join(tfjsNode, "deps"),
    binding: join(tfjsNode, "lib", "napi-v8", "tfjs_binding.node"),
    sqlitePackage: join(modules, "better-sqlite3"),
    sqlite: join(modules, "better-sqlite3", "build", "Release", "better_sqlite3.node"),
    native: join(root, "native"),
    prisma: join(root, "prisma"),
    client: join(root, "src", "store", "generated"),
    source: join(root, "src"),
    dist: join(root, "dist"),
  });
}
