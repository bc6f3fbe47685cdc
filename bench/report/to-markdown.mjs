import { describeTarget } from "./describe-target.mjs";
import { measureTable } from "./measure-table.mjs";
import { tableOf } from "./table-of.mjs";

const titles = {
  training: "Training",
  generation: "Text, in process",
  serving: "Text, over HTTP",
  forecast: "Forecasts, over HTTP",
};

/** What README shows of a result: when and where, a table for each part, what was missing, and how many targets were met. */
export function toMarkdown({ date, machine, versions, peak, canary, options, summaries, notes, targets }) {
  const parts = Object.entries(titles).filter(([part]) => summaries[part]?.length > 0);
  const form = options.isFull ? "the full form" : "the short form";
  const peakText = peak.isPeak
    ? `, multiply-add peak ${peak.gflops.toFixed(0)} GFLOP/s on ${options.threads} threads`
    : "";
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const missed = targets.filter(({ isMet }) => isMet === false);
  const judged = targets.filter(({ isMet }) => isMet !== null);
  return [
    `Measured on ${date.slice(0, 10)}, ${form}, ${options.rounds} rounds, on ${machine.cpu}, ${machine.cores} cores${[peakText, ...told].filter(Boolean).join("; ")}.`,
    ...parts.flatMap(([part, title]) => [`**${title}**`, tableOf(summaries[part]), measureTable(summaries[part])]),
    canary.disturbed > 0 ? `${canary.disturbed} turns began while something else kept the machine from its peak.` : "",
    notes.join("\n"),
    summaries.cost?.length > 0
      ? "![Time per training step against units, batch, steps and layers](bench/results/cost.svg)"
      : "",
    judged.length > 0 ? `${judged.length - missed.length} of the ${judged.length} targets measured are met.` : "",
    missed.length > 0 ? missed.map((target) => `- ${describeTarget(target)}`).join("\n") : "",
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}
