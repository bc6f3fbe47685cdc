import { requireForGood } from "./require-for-good.ts";

/** What the addon of native/ says about itself. */
export interface FusedKernels {
  kernels: "avx512" | "avx2" | "portable";
  threads: number;
}

/**
 * Loads the addon, which registers our operations with TensorFlow; null and why when it is not there or does not load.
 * To be called before TensorFlow itself is loaded: the addon quiets TensorFlow's log.
 */
export function loadFusedKernels(): { kernels: FusedKernels; reason: null } | { kernels: null; reason: string } {
  try {
    // The folder is as far from src/rnn as from dist/rnn.
    const addon = requireForGood("../../native/build/unroll.node") as FusedKernels;
    return { kernels: addon, reason: null };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return {
      kernels: null,
      reason: `the fused kernels did not load (${cause}); training is slower. Run: npm run setup`,
    };
  }
}
