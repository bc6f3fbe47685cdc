import type { DatasetSummary } from "../../schemas/datasets.ts";
import { FaultList, shown } from "./fault-list.ts";
import type { IncomingFile } from "./incoming-file.ts";
import { readUtf8 } from "./read-utf8.ts";
import { TextStatistics } from "./text-statistics.ts";

export interface Ingested {
  summary: DatasetSummary;
  warnings: string[];
}

/** Checks and counts a text while it is copied into `file`. Throws dataset_invalid. */
export async function ingestText(
  bytes: AsyncIterable<Buffer>,
  { file, pointer }: { file: IncomingFile; pointer: string },
): Promise<Ingested> {
  const faults = new FaultList();
  const warnings: string[] = [];
  const statistics = new TextStatistics();
  const onByteOrderMark = () => warnings.push("the byte order mark at the start was left out");
  for await (const text of readUtf8(bytes, { faults, pointer, onByteOrderMark })) {
    statistics.add(text);
    await file.write(text);
  }
  const summary = statistics.summary();
  if (summary.vocabulary_size < 2) {
    const character = summary.rarest[0]?.character;
    const found = character === undefined ? "an empty text" : `only ${JSON.stringify(shown(character))}`;
    const message = `expected a text of at least two different characters, got ${found}`;
    faults.stop({ pointer, code: "vocabulary", message, hint: "send the text that the model is to learn from" });
  }
  const returns = statistics.count("\r");
  if (returns > 0) {
    warnings.push(
      `the text holds ${returns} carriage returns: line ends as Windows writes them become two characters to learn`,
    );
  }
  return { summary, warnings };
}
