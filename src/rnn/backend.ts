import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs";
import type { Backend } from "../schemas/health.ts";
import { loadFusedKernels } from "./load-fused-kernels.ts";
import { requireForGood } from "./require-for-good.ts";

export type Tensor = TensorFlow.Tensor;
export type Tensor1D = TensorFlow.Tensor1D;
export type Tensor2D = TensorFlow.Tensor2D;
export type Tensor3D = TensorFlow.Tensor3D;
export type Tensor4D = TensorFlow.Tensor4D;
export type Scalar = TensorFlow.Scalar;
export type Variable = TensorFlow.Variable;
export type TensorFlowApi = typeof TensorFlow;

/** tfjs-node calls these; Node 23 dropped them. */
function restoreRemovedFunctions(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}

async function chooseBackend(): Promise<{ tf: TensorFlowApi; backend: Backend }> {
  restoreRemovedFunctions();
  const { kernels, reason: missingKernels } = loadFusedKernels();
  try {
    requireForGood("@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node");
    const native = (await import("@tensorflow/tfjs-node")).default as unknown as TensorFlowApi & {
      version: { tfjs: string };
    };
    const binding = native.backend() as unknown as { binding: { TF_Version: string } };
    const level = kernels ? "fused" : "tensorflow";
    const precisions: Backend["precisions"] = kernels?.multipliesBf16 ? ["fp32", "bf16"] : ["fp32"];
    return { tf: native, backend: { level, version: binding.binding.TF_Version, precisions, reason: missingKernels } };
  } catch (error) {
    const plain = (await import("@tensorflow/tfjs")) as unknown as TensorFlowApi;
    await plain.setBackend("cpu");
    const cause = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const reason = `TensorFlow's native library did not load (${cause}); training is slow. Run: npm run setup`;
    return { tf: plain, backend: { level: "javascript", version: plain.version.tfjs, precisions: ["fp32"], reason } };
  }
}

/** TensorFlow, and the level it came at. The only import of @tensorflow: loading this file loads the library. */
export const { tf, backend } = await chooseBackend();
