import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorDetail } from "../../src/errors.ts";
import { checkPredictionSize } from "../../src/rnn/prediction/check-prediction-size.ts";
import type { Predictor } from "../../src/rnn/prediction/predictor.ts";
import { loadPredictor } from "../../src/rnn/serving/load-model.ts";
import type { Architecture } from "../../src/schemas/models.ts";
import type { Inclusion, LayerState, PredictionInput } from "../../src/schemas/prediction.ts";
import { architectureOf } from "../architecture.ts";
import { delayedBits, meanTemperatures, sequenceSpec } from "./sequence/sequence-spec.ts";
import { createWorkspace, rhyme, run } from "./training-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "unroll-prediction-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function trained(spec: Parameters<typeof run>[0]): Promise<Predictor> {
  return loadPredictor((await run(spec)).of("checkpoint").at(-1)!.file.path);
}
const bitModel = async (architecture: Partial<Architecture>) => {
  const sequence = { loss: "cross_entropy", output_size: 2 } as const;
  const training = { steps: 60, learning_rate: 0.03, checkpoint_every: 60 };
  return trained(await sequenceSpec(folder, delayedBits(40), { architecture, sequence, training }));
};
const all: Inclusion[] = ["hidden_states", "gates"];
const ask = (
  predictor: Predictor,
  inputs: PredictionInput[],
  include: Inclusion[] = [],
  state: LayerState[] | null = null,
) => predictor.predict({ inputs, initialState: state, include });
function refusal(call: () => unknown): ErrorDetail | undefined {
  try {
    call();
  } catch (error) {
    return (error as { errors: ErrorDetail[] }).errors[0];
  }
  return undefined;
}
const bits = [[1], [0], [0], [1], [1], [0]];

describe("a sequence model", () => {
  test("tells the probability of each class at each step, and goes on from the state it ended with", async () => {
    const predictor = await bitModel({ cell: "lstm", layers: 2 });
    const [whole] = ask(predictor, [bits]);
    expect(predictor.meaning).toBe("probabilities");
    expect(whole!.classes).toEqual([0, 1, 0, 0, 1, 1]);
    for (const row of whole!.outputs) expect(row[0]! + row[1]!).toBeCloseTo(1, 6);
    expect(whole).not.toHaveProperty("gates");

    const [first] = ask(predictor, [bits.slice(0, 2)]);
    const [rest] = ask(predictor, [bits.slice(2)], [], first!.final_state);
    for (const [step, row] of [...first!.outputs, ...rest!.outputs].entries()) {
      expect(row[0]).toBeCloseTo(whole!.outputs[step]![0]!, 5);
    }
    expect(rest!.final_state[1]!.cell![3]).toBeCloseTo(whole!.final_state[1]!.cell![3]!, 5);
    predictor.dispose();
  });

  test("shows what its layers did, in both directions", async () => {
    const predictor = await bitModel({ cell: "lstm", bidirectional: true, units: 4 });
    const [{ hidden_states: states, gates, final_state: final }] = ask(predictor, [bits], all) as [never];
    expect(states).toMatchObject([
      { layer: 0, direction: "forward" },
      { layer: 0, direction: "backward" },
    ]);
    const [forward, backward] = states as { hidden: number[][]; cell: number[][] }[];
    const [state] = final as [LayerState];
    expect(forward!.hidden).toHaveLength(6);
    // Forwards ends at the last step, backwards at the first.
    expect(forward!.hidden.at(-1)![0]).toBeCloseTo(state.hidden[0]!, 6);
    expect(backward!.hidden[0]![0]).toBeCloseTo(state.backward!.hidden[0]!, 6);
    expect(backward!.cell[0]![0]).toBeCloseTo(state.backward!.cell![0]!, 5);
    const { input, forget, candidate } = (gates as { gates: Record<string, number[][]> }[])[0]!.gates;
    // c = f c' + i c~, Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000.
    const cell = forget![3]![1]! * forward!.cell[2]![1]! + input![3]![1]! * candidate![3]![1]!;
    expect(forward!.cell[3]![1]).toBeCloseTo(cell, 5);
    predictor.dispose();
  });

  test("tells values in the units of the data, one for the end", async () => {
    const training = { steps: 200, learning_rate: 0.02, checkpoint_every: 200 };
    const predictor = await trained(await sequenceSpec(folder, meanTemperatures(60), { training }));
    const [told] = ask(predictor, [[[1000], [1040], [1020]]]);
    expect(predictor.meaning).toBe("values");
    expect(told!.outputs).toHaveLength(1);
    expect(Math.abs(told!.outputs[0]![0]! - 1020)).toBeLessThan(15);
    expect(Math.abs(told!.outputs[0]![1]! - 10_200)).toBeLessThan(150);
    expect(told).not.toHaveProperty("classes");
    predictor.dispose();
  });

  test("shows its attention: every row sums to 1", async () => {
    const predictor = await bitModel({ cell: "gru", attention: "dot" });
    const attention = ask(predictor, [bits], ["attention"])[0]!.attention!;
    expect(attention.map((row) => row.length)).toEqual([6, 6, 6, 6, 6, 6]);
    for (const row of attention) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    predictor.dispose();
  });
});

test("a text model takes a text or token ids, and tells the next character's probabilities", async () => {
  const workspace = await createWorkspace();
  const architecture = { cell: "gru", attention: "additive", attention_window: 4, embedding_size: 3 } as const;
  const training = { steps: 3, checkpoint_every: 3 };
  const predictor = await trained(await workspace.spec(rhyme, { architecture, training }));
  const [told] = ask(predictor, ["The cat"], ["attention"]);
  const ids = [..."The cat"].map((character) => predictor.vocabulary!.indexOf(character));
  expect(ask(predictor, [ids])[0]!.outputs).toEqual(told!.outputs);
  expect(told!.outputs).toHaveLength(7);
  expect(told!.outputs[0]).toHaveLength(predictor.vocabulary!.length);
  // Looks back alone, three characters and its own.
  expect(told!.attention![5]!.map((weight) => weight > 0)).toEqual([false, false, true, true, true, true, false]);
  expect(() => ask(predictor, ["☃"])).toThrow(/vocabulary/);
  await workspace.remove();
  predictor.dispose();
});

describe("what does not fit is refused where it stands", () => {
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await bitModel({ cell: "lstm", units: 3 });
  });
  afterAll(() => predictor.dispose());
  const zeros = [0, 0, 0];

  test.each<
    [
      what: string,
      inputs: PredictionInput[],
      state: LayerState[] | null,
      include: Inclusion[],
      fault: Partial<ErrorDetail>,
    ]
  >([
    ["a text", ["abc"], null, [], { pointer: "/inputs/0", code: "type" }],
    ["bare numbers", [bits, [1, 0]], null, [], { pointer: "/inputs/1", hint: "send [[0.5], ...]" }],
    ["no steps", [[]], null, [], { pointer: "/inputs/0" }],
    ["two columns", [[[1], [1, 2]]], null, [], { pointer: "/inputs/0/1", value: 2, allowed: 1 }],
    ["a number beyond the data's", [[[1], [1e30]]], null, [], { pointer: "/inputs/0/1/0", code: "range" }],
    ["no attention", [bits], null, ["attention"], { pointer: "/include", code: "not_applicable" }],
    [
      "two layers",
      [bits],
      [
        { hidden: zeros, cell: zeros },
        { hidden: zeros, cell: zeros },
      ],
      [],
      { pointer: "/initial_state", allowed: 1 },
    ],
    ["no cell state", [bits], [{ hidden: zeros }], [], { pointer: "/initial_state/0/cell", code: "required" }],
    [
      "four units",
      [bits],
      [{ hidden: [0, 0, 0, 0], cell: zeros }],
      [],
      { pointer: "/initial_state/0/hidden", allowed: 3 },
    ],
    [
      "a backward state",
      [bits],
      [{ hidden: zeros, cell: zeros, backward: { hidden: zeros, cell: zeros } }],
      [],
      { pointer: "/initial_state/0/backward", code: "not_applicable" },
    ],
    ["too many steps", [Array.from({ length: 20_001 }, () => [1])], null, [], { pointer: "/inputs", code: "size" }],
  ])("%s", (_what, inputs, state, include, fault) => {
    expect(refusal(() => ask(predictor, inputs, include, state))).toMatchObject(fault);
  });

  test("too large a reply", () => {
    const network = { architecture: architectureOf({ units: 256 }), output: "each_step", outputSize: 2 } as const;
    expect(() => checkPredictionSize(network, [1000], [])).not.toThrow();
    const error = refusal(() => checkPredictionSize(network, [500, 500], ["hidden_states", "gates"]));
    expect(error).toMatchObject({ pointer: "/inputs", code: "size", message: expect.stringContaining("1538000") });
  });
});
