import { assembleWasm, type Code, float4, integer, loop, type WasmFunction } from "./assemble-wasm.ts";

/** Columns of a panel: four vectors of four floats. Lengths of what the kernels write are multiples of it. */
export const PANEL_COLUMNS = 16;
const VECTOR_BYTES = 16;
const PANEL_BYTES = 4 * PANEL_COLUMNS;

/** sums += vector * matrix, a panel of 16 columns at a time, all four sums in registers over all rows. matrix: [panels, rows, 16]. */
const multiplyAdd: WasmFunction = {
  parameters: ["rows", "vector", "matrix", "sums", "panels"],
  integers: ["row", "element"],
  vectors: ["factor", "sum0", "sum1", "sum2", "sum3"],
  body: (get, set) => {
    const count = (local: string, by: number) => set(local, integer.add(get(local), integer.constant(by)));
    const each = (code: (sum: string, offset: number) => Code) =>
      ["sum0", "sum1", "sum2", "sum3"].flatMap((sum, index) => code(sum, index * VECTOR_BYTES));
    const rowStep = [
      ...set("factor", float4.loadSplat(get("element"))),
      ...each((sum, offset) =>
        set(sum, float4.add(get(sum), float4.multiply(get("factor"), float4.load(get("matrix"), offset)))),
      ),
      ...count("matrix", PANEL_BYTES),
      ...count("element", 4),
      ...count("row", -1),
    ];
    const panelStep = [
      ...each((sum, offset) => set(sum, float4.load(get("sums"), offset))),
      ...set("element", get("vector")),
      ...set("row", get("rows")),
      ...loop(rowStep, get("row")),
      ...each((sum, offset) => float4.store(get("sums"), get(sum), offset)),
      ...count("sums", PANEL_BYTES),
      ...count("panels", -1),
    ];
    return loop(panelStep, get("panels"));
  },
};

/**
 * exp(power) within 2 units of the last place: power = n ln 2 + rest with n whole, so |rest| <= 0.347, where seven terms of the
 * Taylor series suffice. ln 2 is taken off in two parts so that n ln 2 stays exact.
 */
function exponential(
  power: string,
  whole: string,
  get: (local: string) => Code,
  set: (local: string, value: Code) => Code,
): Code {
  const { add, subtract, multiply, constant, least, most, round, powerOfTwo } = float4;
  const lessWhole = (part: number) => subtract(get(power), multiply(get(whole), constant(part)));
  const series = [1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1].reduce<Code>(
    (sum, term) => add(multiply(sum, get(power)), constant(term)),
    constant(1 / 5040),
  );
  return [
    ...set(power, most(constant(-87), least(constant(87), get(power)))),
    ...set(whole, round(multiply(get(power), constant(Math.LOG2E)))),
    ...set(power, lessWhole(0.693359375)),
    ...set(power, lessWhole(Math.LN2 - 0.693359375)),
    ...set(power, multiply(series, powerOfTwo(get(whole)))),
  ];
}

/** values = before, exp, after: on `count` values in place, a multiple of 4. */
function elementwise(before: (value: Code) => Code, after: (exponential: Code) => Code): WasmFunction {
  return {
    parameters: ["values", "count"],
    integers: [],
    vectors: ["power", "whole"],
    body: (get, set) => {
      const step = [
        ...set("power", before(float4.load(get("values")))),
        ...exponential("power", "whole", get, set),
        ...float4.store(get("values"), after(get("power"))),
        ...set("values", integer.add(get("values"), integer.constant(VECTOR_BYTES))),
        ...set("count", integer.add(get("count"), integer.constant(-4))),
      ];
      return loop(step, get("count"));
    },
  };
}

const one = float4.constant(1);
/** 1 / (1 + exp(-x)). */
const sigmoid = elementwise(
  (value) => float4.multiply(value, float4.constant(-1)),
  (exponential) => float4.divide(one, float4.add(one, exponential)),
);
/** 1 - 2 / (exp(2x) + 1). */
const tanh = elementwise(
  (value) => float4.add(value, value),
  (exponential) => float4.subtract(one, float4.divide(float4.constant(2), float4.add(exponential, one))),
);

/** The kernels as a WebAssembly module over one memory; addresses and lengths as parameters. */
export const vectorKernels = assembleWasm({ multiplyAdd, sigmoid, tanh });
