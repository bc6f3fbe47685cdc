import { tf } from "../backend.ts";
import type { Evaluation } from "../training-task.ts";
import type { SequenceRecord } from "./read-sequence-file.ts";
import { sequenceBatch } from "./sequence-batch.ts";
import { sequenceLoss } from "./sequence-loss.ts";
import type { SequenceModel } from "./sequence-model.ts";
import { SequenceScore } from "./sequence-score.ts";

const rowsAtOnce = 64;

/** Loss over all real steps of the sequences, and metrics in the units of the data; awaits `pause` after each batch. */
export async function evaluateSequences(
  { network, settings, scaling, baseline }: SequenceModel,
  records: SequenceRecord[],
  pause: () => Promise<void>,
): Promise<Evaluation> {
  if (records.length === 0) return { validationLoss: null, metrics: {} };
  const byLength = [...records].sort((a, b) => a.length - b.length);
  const score = new SequenceScore({ settings, scaling: scaling.targets, baseline });
  let sum = 0;
  let rows = 0;
  for (let start = 0; start < byLength.length; start += rowsAtOnce) {
    const batch = sequenceBatch(byLength.slice(start, start + rowsAtOnce), settings.input_size, settings.output);
    const { loss, outputs } = tf.tidy(() => {
      const told = network.apply(batch, null);
      const mean = sequenceLoss(told, batch.targets, settings.loss);
      return { loss: mean.dataSync()[0]!, outputs: told.dataSync() as Float32Array };
    });
    sum += loss * batch.rows.length;
    rows += batch.rows.length;
    score.add(batch, outputs);
    await pause();
  }
  return { validationLoss: sum / rows, metrics: score.metrics() };
}
