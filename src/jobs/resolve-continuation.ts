import type { TrainingRequest, TrainingSettings } from "../schemas/jobs.ts";
import type { Model } from "../schemas/models.ts";
import type { Origin } from "../schemas/origin.ts";
import type { TrainingFaults } from "./training-faults.ts";

type Settings = Pick<TrainingSettings, "init_from" | "replay" | "elastic_penalty">;
type Target = Pick<Model, "task" | "architecture" | "forecast" | "sequence"> & Partial<Pick<Model, "text">>;

/** Where the run begins, and how it keeps what was learned there. `origin`: null where it begins with random weights. */
export function resolveContinuation(
  { training, model, origin }: { training: TrainingRequest; model: Target; origin: Origin | null },
  faults: TrainingFaults,
): Settings {
  const { init_from: asked, replay, elastic_penalty: elastic } = training;
  checkOldData({ replay, elastic_penalty: elastic }, { task: model.task, origin }, faults);
  if (asked === undefined || origin === null) return {};
  checkNetworks(model, origin, faults);
  checkCharacters(asked.grow_vocabulary ?? false, { model, origin }, faults);
  const old = origin.oldDataset;
  if (asked.old_dataset && old !== null && old.kind !== "text") {
    const message = `expected an old_dataset of kind text, got one of kind ${old.kind}`;
    faults.add("init_from/old_dataset", "conflict", message, { value: asked.old_dataset });
  }
  return {
    init_from: {
      model: origin.model.id,
      checkpoint: origin.checkpoint,
      ...(model.task === "text"
        ? { grow_vocabulary: asked.grow_vocabulary ?? false, old_dataset: old?.id ?? null }
        : {}),
    },
    ...(replay === undefined ? {} : { replay }),
    ...(elastic === undefined ? {} : { elastic_penalty: { ...elastic, samples: elastic.samples ?? 200 } }),
  };
}

function checkOldData(
  asked: Pick<TrainingRequest, "replay" | "elastic_penalty">,
  { task, origin }: { task: Model["task"]; origin: Origin | null },
  faults: TrainingFaults,
): void {
  for (const [field, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    if (task !== "text") {
      const message = `${field} is for text: it means nothing for a model of task ${task}`;
      faults.add(field, "not_applicable", message, { value });
    } else if (origin === null) {
      const message = `${field} keeps what was learned before, and the run begins with random weights`;
      faults.add(field, "conflict", message, { value, hint: "set init_from" });
    } else if (origin.oldDataset === null) {
      const message = `${field} needs the old data, and there is none beside the dataset of this run`;
      faults.add(field, "conflict", message, { value, hint: "set init_from.old_dataset" });
    }
  }
}

/** Every setting that makes the two networks differ. */
function checkNetworks(model: Target, { model: source }: Origin, faults: TrainingFaults): void {
  if (source.task !== model.task) {
    const message = `expected a model of task ${model.task}, ${source.name} is of task ${source.task}`;
    faults.add("init_from/model", "conflict", message, { value: source.task, allowed: model.task });
    return;
  }
  const differing = [
    ...differences("architecture", model.architecture, source.architecture),
    ...differences("forecast", model.forecast, source.forecast),
    ...differences("sequence", model.sequence, source.sequence),
    ...differences("text", model.text ?? null, source.text ?? null),
  ];
  if (differing.length === 0) return;
  const message = `expected the same network, but ${source.name} differs in ${differing.join(", ")}`;
  faults.add("init_from/model", "conflict", message, { value: source.name, hint: "make a model with its settings" });
}

/** "auto" is what the checkpoint has. */
function differences(part: string, wanted: object | null, found: object | null): string[] {
  const [one, other] = [wanted ?? {}, found ?? {}] as Record<string, unknown>[];
  const keys = new Set([...Object.keys(one!), ...Object.keys(other!)]);
  return [...keys]
    .filter((key) => one![key] !== "auto" && !isSame(one![key], other![key]))
    .map((key) => `${part}.${key}`);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const shownCharacters = 40;
/** Why a vocabulary does not grow. */
const completeVocabulary = {
  byte: "a byte vocabulary has all 256 bytes: there is none to add",
  word: "a word vocabulary spells new words in bytes: none is missing, and a word added now would change how the old data are read",
  bpe: "a bpe vocabulary spells every text already, and merges added now would change how the old data are read",
} as const;
function checkCharacters(
  grows: boolean,
  { model: { task, text }, origin: { newCharacters } }: { model: Target; origin: Origin },
  faults: TrainingFaults,
): void {
  const kind = text?.vocabulary ?? "character";
  if (task !== "text") {
    if (!grows) return;
    const message = `grow_vocabulary means nothing for a model of task ${task}`;
    faults.add("init_from/grow_vocabulary", "not_applicable", message, { value: true });
    return;
  }
  if (kind !== "character") {
    if (!grows) return;
    const hint = 'leave it out, or train a model of "vocabulary":"character"';
    faults.add("init_from/grow_vocabulary", "not_applicable", completeVocabulary[kind], { value: true, hint });
    return;
  }
  if (grows || newCharacters.length === 0) return;
  const shown = newCharacters.slice(0, shownCharacters);
  const more = newCharacters.length > shown.length ? ` and ${newCharacters.length - shown.length} more` : "";
  const message = `the data hold characters that the checkpoint has never seen: ${shown.map((each) => JSON.stringify(each)).join(" ")}${more}`;
  faults.add("init_from", "conflict", message, { value: newCharacters, hint: "set init_from.grow_vocabulary" });
}
