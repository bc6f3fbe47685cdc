import type { Inclusion, PredictionOutput } from "../../schemas/prediction.ts";
import type { Tensor } from "../backend.ts";
import type { StackInspection } from "../layers/recurrent-stack.ts";

/** What a pass of one row did inside, as numbers: the parts that are asked for. */
export function tellInspection(
  { layers, attention }: StackInspection,
  { include, steps }: { include: Inclusion[]; steps: number },
): Pick<PredictionOutput, "hidden_states" | "gates" | "attention"> {
  const directions = layers.flatMap((layer, index) =>
    (["forward", "backward"] as const).flatMap((direction) => {
      const inspection = layer[direction];
      return inspection === null ? [] : [{ layer: index, direction, ...inspection }];
    }),
  );
  return {
    ...(include.includes("hidden_states") && {
      hidden_states: directions.map(({ layer, direction, hiddenStates, cellStates }) => ({
        ...{ layer, direction, hidden: stepsOf(hiddenStates) },
        ...(cellStates && { cell: stepsOf(cellStates) }),
      })),
    }),
    ...(include.includes("gates") && {
      gates: directions.map(({ layer, direction, gates }) => ({
        ...{ layer, direction },
        gates: Object.fromEntries(Object.entries(gates).map(([name, values]) => [name, stepsOf(values)])),
      })),
    }),
    // What causal attention remembers stands before the steps, and is empty at the start of a pass.
    ...(include.includes("attention") &&
      attention && { attention: stepsOf(attention).map((row) => row.slice(row.length - steps)) }),
  };
}

/** [1, time, columns] as rows. */
function stepsOf(values: Tensor): number[][] {
  return rowsOf(values.dataSync() as Float32Array, values.shape.at(-1)!);
}

/** Rows of so many numbers, each with the nine digits that tell one single-precision number from the next. */
export function rowsOf(values: Float32Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns), (value) => Number(value.toPrecision(9))),
  );
}
