import { type Static, Type } from "typebox";
import { Nullable } from "./common.ts";
import { TrainingPrecision } from "./jobs.ts";

export const BackendLevel = Type.Union([Type.Literal("fused"), Type.Literal("tensorflow"), Type.Literal("javascript")]);
export type BackendLevel = Static<typeof BackendLevel>;

export const Backend = Type.Object({
  level: BackendLevel,
  version: Type.String({ description: "Of TensorFlow, or of TensorFlow.js where the native library is missing." }),
  precisions: Type.Array(TrainingPrecision, {
    description: "What training.precision may be: bf16 takes the fused kernels and a processor with AVX512_BF16.",
  }),
  reason: Nullable(Type.String({ description: "Why the level is not the best, and the command that mends it." })),
});
export type Backend = Static<typeof Backend>;

export const Ready = Type.Object({
  status: Type.Union([Type.Literal("ready"), Type.Literal("not_ready")]),
  reasons: Type.Array(Type.String()),
  backend: Nullable(Backend),
  queue: Type.Object({ queued: Type.Integer(), running: Type.Integer(), slots: Type.Integer() }),
  disk_free_bytes: Nullable(Type.Integer()),
});
export type Ready = Static<typeof Ready>;

export const Live = Type.Object({ status: Type.Literal("live") });

export const Version = Type.Object({
  name: Type.String(),
  version: Type.String(),
  api: Type.String({ description: "The prefix of the routes: v1." }),
  node: Type.String(),
});
export type Version = Static<typeof Version>;
