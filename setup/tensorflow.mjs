import { explainDiskFull } from "./disk-space.mjs";
import { linkLibrary, provideLibrary } from "./library.mjs";
import { SetupFailure } from "./setup-failure.mjs";
import { bindingName, provideTfjsBinding } from "./tfjs-binding.mjs";
import { installFromUpstream } from "./tfjs-upstream.mjs";
import { requireToolchain } from "./toolchain.mjs";
import { tensorflowVersion, wheelFor } from "./wheel.mjs";

/**
 * TensorFlow's native backend: the wheel's library with a binding compiled here, else tfjs-node's own download.
 * Resolves to what was found; throws the wheel's problem when neither can be had.
 */
export async function provideTensorflow(context) {
  try {
    await fromWheel(context);
    return `TensorFlow ${tensorflowVersion} (wheel)`;
  } catch (error) {
    const problem = explainDiskFull(error, context.cache.folder, "fetching TensorFlow's library");
    if (!(problem instanceof SetupFailure)) throw problem;
    context.progress.say(`${problem.what} Trying tfjs-node's own download ...`);
    const refusal = await installFromUpstream(context);
    if (!refusal) return "TensorFlow 2.9 (tfjs-node's own download)";
    context.progress.say(`tfjs-node's own download failed: ${refusal}.`);
    throw problem;
  }
}

async function fromWheel(context) {
  wheelFor();
  // Said before 274 MB are fetched for nothing; a binding that waits in the cache needs no compiler.
  if (!(await context.cache.find(await bindingName(context.paths))))
    requireToolchain(context.toolchain, "tfjs-node's binding to TensorFlow");
  const library = await provideLibrary(context);
  await linkLibrary(library, context.paths.deps);
  await provideTfjsBinding(context);
}
