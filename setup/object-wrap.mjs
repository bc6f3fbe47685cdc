import fs from "node:fs/promises";
import { join } from "node:path";
import { provideNodeHeaders } from "./node-headers.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/**
 * From 24.19 on, node_object_wrap.h takes a hook back when an object is collected, and asserts that this happens inside a
 * context. Collections between two turns of the event loop do not: an addon compiled with it aborts the process sooner or
 * later. The class lives in the header alone, so the last version without the hook makes a sound addon for the same ABI.
 */
const LAST_SOUND = { 137: "24.18.1" };

/** What to compile an addon over node::ObjectWrap with: {nodeHeaders} or, for node-gyp to download, {target}. */
export async function headersForObjectWrap(context, what) {
  const own = await context.nodeHeaders();
  const older = LAST_SOUND[process.versions.modules];
  if (!older && own && (await hasHook(own)))
    throw new SetupFailure(
      "compile_failed",
      `${what} cannot live with the C++ headers of Node.js ${process.version}.`,
      "Node.js 20, 22 and 24 have what it needs.",
    );
  if (!older || (own && !(await hasHook(own)))) return { nodeHeaders: own };
  return { nodeHeaders: await provideNodeHeaders(context, older), target: older };
}

async function hasHook(folder) {
  const text = await fs.readFile(join(folder, "include", "node", "node_object_wrap.h"), "utf8");
  return text.includes("RemoveEnvironmentCleanupHook");
}
