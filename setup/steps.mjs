import { existsSync } from "node:fs";
import { join } from "node:path";
import { provideBetterSqlite3 } from "./better-sqlite3.mjs";
import { buildService } from "./build.mjs";
import { hashTree } from "./hash-tree.mjs";
import { findAddon, hasNative, provideNative } from "./native.mjs";
import { platformKey } from "./platform.mjs";
import { generatePrismaClient } from "./prisma-client.mjs";
import { provideTensorflow } from "./tensorflow.mjs";
import { bindingName } from "./tfjs-binding.mjs";
import { tensorflowVersion } from "./wheel.mjs";

/**
 * The steps after the packages. Each has `key(context)` (all its result depends on), `present(paths)` (its files are
 * there), `run(context)`, `after` (the step it waits for) and, when the service can do without it, `standIn`.
 */
export const steps = Object.freeze({
  tensorflow: {
    key: ({ paths }) => bindingName(paths),
    present: ({ binding, deps }) => existsSync(binding) && existsSync(join(deps, "lib", "libtensorflow.so")),
    run: provideTensorflow,
    standIn: "The service runs on plain JavaScript (level javascript), many times slower.",
  },
  native: {
    after: "tensorflow",
    key: async ({ paths }) =>
      `${await hashTree(paths.native, ["build", "test"])} ${tensorflowVersion} ${platformKey()}`,
    present: async ({ native }) => (await findAddon(join(native, "build"))) !== undefined,
    needed: (context) =>
      hasNative(context.paths) && context.stamp.get("tensorflow")?.detail?.includes(tensorflowVersion),
    run: provideNative,
    standIn: "The service runs on TensorFlow's own operations (level tensorflow instead of fused).",
  },
  sqlite: {
    // The trial runs again in every version: the same addon may live in one and abort in the next.
    key: () => `${platformKey()} node ${process.versions.node}`,
    present: ({ sqlite }) => existsSync(sqlite),
    run: provideBetterSqlite3,
    standIn: "The database goes through the libsql driver instead.",
  },
  client: {
    // The lock file as well: another Prisma or TypeScript makes another client and build.
    key: ({ paths }) => hashTree([paths.prisma, paths.lockFile], ["migrations"]),
    present: ({ client }) => existsSync(client),
    needed: ({ paths }) => existsSync(join(paths.prisma, "schema.prisma")),
    run: generatePrismaClient,
  },
  build: {
    after: "client",
    key: ({ paths }) => hashTree([paths.source, join(paths.root, "tsconfig.json"), paths.lockFile], ["generated"]),
    present: ({ dist }) => existsSync(dist),
    run: buildService,
  },
});
