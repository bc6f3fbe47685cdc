import { describe, expect, test } from "vitest";
import type { AppError } from "../../src/errors.ts";
import { resolveTraining } from "../../src/jobs/resolve-training.ts";
import type { TrainingPrecision } from "../../src/schemas/jobs.ts";
import type { Architecture } from "../../src/schemas/models.ts";
import { textModel } from "./job-room.ts";

const both: TrainingPrecision[] = ["fp32", "bf16"];
const summary = { kind: "text", characters: 1_000_000, lines: 1, vocabulary_size: 60, rarest: [] } as const;

function resolve(precision: TrainingPrecision, changes: Partial<Architecture>, precisions?: TrainingPrecision[]) {
  const architecture = { ...textModel.architecture, ...changes };
  return resolveTraining({
    training: { precision },
    model: { architecture, task: "text", forecast: null, sequence: null },
    dataset: { summary: { ...summary, rarest: [] } },
    ...(precisions === undefined ? {} : { precisions }),
  });
}

function refusal(changes: Partial<Architecture>, precisions?: TrainingPrecision[]) {
  try {
    resolve("bf16", changes, precisions);
  } catch (error) {
    return (error as AppError).errors;
  }
  return [];
}

describe("training.precision", () => {
  test.each([
    { cell: "lstm" },
    { cell: "gru", reset_after: false },
    { cell: "simple_rnn", bidirectional: true, dropout: 0.5 },
  ] as const)("bf16 with %o, and what it is shows", (changes) => {
    expect(resolve("bf16", changes, both).precision).toBe("bf16");
    expect(resolve("fp32", changes, both).precision).toBe("fp32");
  });

  test("is refused where the engine cannot", () => {
    const [fault, ...others] = refusal({ cell: "lstm" });
    expect(others).toEqual([]);
    expect(fault).toEqual({
      pointer: "/training/precision",
      code: "conflict",
      message: "bf16 takes the fused kernels and a processor with AVX512_BF16: this service has not both",
      value: "bf16",
      allowed: ["fp32"],
      hint: "leave precision out to train in fp32",
    });
  });

  test.each([
    [{ cell: "min_lstm" }, "cell min_lstm"],
    [{ cell: "min_gru" }, "cell min_gru"],
    [{ layer_norm: true }, "layer_norm"],
    [{ cell: "simple_rnn", activation: "relu" }, "activation relu"],
    [{ recurrent_dropout: 0.1 }, "recurrent_dropout"],
  ] as const)("is refused for a network with %o, whose layers know fp32 only", (changes, named) => {
    const [fault] = refusal(changes, both);
    expect(fault).toMatchObject({ pointer: "/training/precision", value: "bf16", allowed: ["fp32"] });
    expect(fault!.message).toContain(named);
  });
});
