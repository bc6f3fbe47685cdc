import { requireForGood } from "./require-for-good.ts";
import type { TextAddon } from "./text/generation/text-addon.ts";
import type { TrainAddon } from "./text/training/train-addon.ts";

/** The addon of native/: what it says about itself, and what it does beside TensorFlow's operations. */
export interface FusedKernels extends TextAddon, TrainAddon {
  kernels: "avx512" | "avx2" | "portable";
  threads: number;
  /** Whether training in bf16 is worth its while on this processor. */
  multipliesBf16: boolean;
  /** native/forecast/node-forecast.cc */
  runForecast(
    shape: Int32Array,
    weights: Float32Array[],
    encoder: Float32Array,
    features: Float32Array,
    corrections: Float32Array,
  ): void;
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
