import type { SequenceSettings } from "../../schemas/models.ts";
import { fitColumns } from "./column-scaling.ts";
import type { SequenceRecord } from "./read-sequence-file.ts";

/** The best guess that does not look at the inputs: the most frequent class, or the mean of each column of the targets. */
export function sequenceBaseline(
  records: SequenceRecord[],
  { loss, output_size: outputSize }: Pick<SequenceSettings, "loss" | "output_size">,
): Float32Array {
  if (loss === "mse") {
    return Float32Array.from(
      fitColumns(
        records.map(({ targets }) => targets),
        outputSize,
      ).mean,
    );
  }
  const counts = new Float64Array(outputSize);
  for (const { targets } of records) for (const target of targets) counts[target]!++;
  return Float32Array.of(counts.indexOf(Math.max(...counts)));
}
