import { tf } from "../backend.ts";
import type { Sample } from "../training-task.ts";
import { unscaleColumns } from "./column-scaling.ts";
import type { SequenceRecord } from "./read-sequence-file.ts";
import { sequenceBatch } from "./sequence-batch.ts";
import type { SequenceModel } from "./sequence-model.ts";
import { largest } from "./sequence-score.ts";

const stepsShown = 50;
const columnsShown = 16;

/** A sequence, what belongs to it, and what the network tells of it now, in the units of the data; classes as numbers. */
export function sampleSequence({ network, settings, scaling }: SequenceModel, record: SequenceRecord): Sample {
  const { input_size: inputSize, output_size: outputSize, output, loss } = settings;
  const batch = sequenceBatch([record], inputSize, output);
  const outputs = tf.tidy(() => network.apply(batch, null).dataSync() as Float32Array);
  const inputs = rowsOf(unscaleColumns(record.inputs, scaling.inputs), inputSize);
  if (loss === "cross_entropy") {
    const told = Array.from(batch.rows, (_, row) => [largest(outputs, row * outputSize, outputSize)]);
    return {
      sequence: {
        steps: record.length,
        inputs,
        targets: rowsOf(record.targets, 1),
        outputs: told.slice(0, stepsShown),
      },
    };
  }
  const [targets, told] = [record.targets, outputs].map((values) =>
    rowsOf(unscaleColumns(values, scaling.targets), outputSize),
  );
  return { sequence: { steps: record.length, inputs, targets: targets!, outputs: told! } };
}

/** As many as a person looks at, to 6 digits: what is in single precision shows no noise then. */
function rowsOf(values: Float32Array, columns: number): number[][] {
  const rows = Math.min(stepsShown, values.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * columns, row * columns + Math.min(columns, columnsShown)), (value) =>
      Number(value.toPrecision(6)),
    ),
  );
}
