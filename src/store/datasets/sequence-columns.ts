import { type FaultList, shown } from "./fault-list.ts";

/** What each column of a CSV of sequences is, by its index. */
export interface SequenceColumns {
  sequence: number;
  /** null where the order of the rows is the order of the steps. */
  step: number | null;
  inputs: number[];
  targets: number[];
  ignored: string[];
}

const sequenceNames = ["sequence", "sequence_id", "id"];
const stepNames = ["step", "time", "t"];
const inputName = /^(x|inputs?)(\d+|[_.-].+)?$/;
const targetName = /^(y|targets?|class|label)(\d+|[_.-].+)?$/;

/** Tells the columns by the header alone: `sequence,step,x1,x2,y`. Stops with a fault that names what is accepted. */
export function sequenceColumns(header: string[], faults: FaultList): SequenceColumns {
  const names = header.map((name) => name.toLowerCase());
  const refuse = (message: string): never =>
    faults.stop({
      pointer: "/file/row/1",
      code: "header",
      message: `row 1: ${message}, got ${shown(header.join(","))}`,
      value: shown(header.join(",")),
      hint: "use a row for each step: sequence,step,x1,x2,...,y1,y2,...",
    });
  const only = (role: string, wanted: string[]): number | null => {
    const found = names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
    return found.length > 1 ? refuse(`expected one column for the ${role}`) : (found[0] ?? null);
  };
  const all = (pattern: RegExp) => names.flatMap((name, index) => (pattern.test(name) ? [index] : []));
  const sequence = only("sequence", sequenceNames);
  const step = only("step", stepNames);
  const [inputs, targets] = [all(inputName), all(targetName)];
  if (sequence === null) return refuse("expected a column sequence that tells which rows belong together");
  if (inputs.length === 0) return refuse("expected columns of inputs x1, x2, ...");
  if (targets.length === 0) return refuse("expected columns of targets y1, y2, ...");
  const known = new Set([sequence, step, ...inputs, ...targets]);
  const ignored = header.filter((_, index) => !known.has(index)).map((name) => name || "(no name)");
  return { sequence, step, inputs, targets, ignored };
}
