import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { register } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, threadId } from "node:worker_threads";

// `node --import ./test/typescript-loader.mjs child.ts` runs TypeScript in a child process on every Node.js we support:
// this file registers itself, and its second copy, in the loader's thread, is the hook. What it compiles is kept.
if (isMainThread) register(import.meta.url);

const cache = join(import.meta.dirname, "..", "node_modules", ".cache", "typescript-loader");

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const kept = join(cache, `${createHash("sha256").update(source).digest("hex")}.mjs`);
  const compiled = await readFile(kept, "utf8").catch(() => compile(source, kept));
  return { format: "module", shortCircuit: true, source: compiled };
}

async function compile(source, kept) {
  const { default: ts } = await import("typescript");
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  await mkdir(cache, { recursive: true });
  const part = `${kept}.${process.pid}.${threadId}`;
  await writeFile(part, outputText);
  await rename(part, kept);
  return outputText;
}
