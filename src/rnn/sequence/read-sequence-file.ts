import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { appError } from "../../errors.ts";
import type { Sequence } from "../../schemas/datasets.ts";

export interface SequenceRecord {
  /** Steps of the inputs. */
  length: number;
  inputs: Float32Array; // [length, input size]
  /** Of each step, or of the last one alone. */
  targets: Float32Array; // [length or 1, target size]
}

/** Reads a stored dataset, one sequence a line. Throws dataset_invalid. */
export async function readSequenceFile(path: string): Promise<SequenceRecord[]> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  const records: SequenceRecord[] = [];
  for await (const line of lines) if (line !== "") records.push(parseLine(line, records.length + 1));
  return records;
}

function parseLine(line: string, number: number): SequenceRecord {
  try {
    const { inputs, targets } = JSON.parse(line) as Sequence;
    return {
      length: inputs.length,
      inputs: Float32Array.from(inputs.flat()),
      targets: Float32Array.from(targets.flat()),
    };
  } catch (cause) {
    throw appError("dataset_invalid", `line ${number} of the stored data is not a sequence`, { cause });
  }
}
