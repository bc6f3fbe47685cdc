import { existsSync } from "node:fs";
import { join } from "node:path";
import { addonReport } from "./addon-loads.mjs";
import { dependenciesAreFresh } from "./dependencies.mjs";
import { finding } from "./finding.mjs";
import { findAddon } from "./native.mjs";
import { sqliteProblem } from "./sqlite-survives.mjs";
import { steps } from "./steps.mjs";

const SETUP = "Run: npm run setup";

/** What the set-up made: packages, TensorFlow, the database driver, kernels, Prisma client, build. */
export async function examineParts(context) {
  return [
    await packages(context),
    ...(await Promise.all([tensorflow(context), native(context), sqlite(context)])),
    await made(context, "client", "Prisma client"),
    await made(context, "build", "build (dist)"),
  ];
}

async function packages({ paths }) {
  if (!existsSync(paths.modules)) return finding.problem("packages", "node_modules is missing", "Run: npm ci");
  if (await dependenciesAreFresh(paths)) return finding.ok("packages", "node_modules matches package-lock.json");
  return finding.problem("packages", "node_modules is older than package-lock.json", "Run: npm ci");
}

async function tensorflow({ paths, stamp }) {
  const { problem, said } = await addonReport(paths.binding, "addon.TF_Version");
  if (!problem) return finding.ok("TensorFlow", `library ${said}, binding loads (level tensorflow or fused)`);
  return standIn("TensorFlow", stamp.get("tensorflow"), `the binding does not load: ${problem}`);
}

async function native({ paths, stamp }) {
  const addon = await findAddon(join(paths.native, "build"));
  const { problem } = addon ? await addonReport(addon) : { problem: "not built" };
  if (!problem) return finding.ok("fused kernels", "load (level fused)");
  return standIn("fused kernels", stamp.get("native"), problem);
}

async function sqlite({ paths, stamp }) {
  const problem = await sqliteProblem(paths);
  if (!problem) return finding.ok("SQLite driver", "better-sqlite3");
  return standIn("SQLite driver", stamp.get("sqlite"), `libsql stands in, better-sqlite3 does not work: ${problem}`);
}

/** What the last set-up said about the part it could not make, else what was found now. */
function standIn(name, outcome, problem) {
  return finding.notice(name, outcome?.what ?? problem, outcome?.remedy ?? SETUP);
}

async function made(context, name, title) {
  const step = steps[name];
  const key = await step.key(context);
  if (!(await step.present(context.paths))) return finding.problem(title, "missing", SETUP);
  if (context.stamp.get(name)?.key === key) return finding.ok(title, "up to date");
  return finding.problem(title, "older than its source", SETUP);
}
