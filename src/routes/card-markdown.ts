import type { ModelCard } from "../schemas/model-card.ts";

const shown = (value: number) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));
const row = (cells: string[]) => `| ${cells.join(" | ")} |`;

function table(head: string[], rows: string[][]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

/** Settings as one line of JSON each: what a reader compares, and what a script can read again. */
function settings(object: object): string {
  return table(
    ["setting", "value"],
    Object.entries(object).map(([name, value]) => [`\`${name}\``, `\`${JSON.stringify(value)}\``]),
  );
}

/** The model's figures in the first column, a column for each baseline. */
function results({ metrics, baselines }: ModelCard): string {
  const names = Object.keys(metrics).filter((name) => name !== "skill");
  const cell = (value: number | undefined) => (value === undefined ? "" : shown(value));
  return table(
    ["", "model", ...baselines.map(({ name }) => name)],
    names.map((name) => [name, cell(metrics[name]), ...baselines.map((baseline) => cell(baseline.metrics[name]))]),
  );
}

/** The card as a page of Markdown. */
export function cardMarkdown(card: ModelCard): string {
  const { data, training, skill, warnings } = card;
  const facts = [
    `${card.task} model \`${card.model}\`, checkpoint \`${card.checkpoint}\`, ${card.parameter_count ?? "unknown"} parameters.`,
    `Trained by \`${training.job}\`${training.seconds === null ? "" : ` in ${shown(training.seconds)} s`}${
      training.peak_memory_bytes === null ? "" : `, ${shown(Math.round(training.peak_memory_bytes / 1e6))} MB at most`
    }.`,
  ];
  const parts = [
    `# ${card.name}`,
    facts.join("\n"),
    ...warnings.map(({ code, message }) => `> **${code}**: ${message}`),
    "## Data",
    `\`${data.dataset}\` ${data.name ?? "(deleted)"}, SHA-256 \`${data.sha256 ?? "unknown"}\`. Of it, ${data.split}.`,
    "## Results",
    skill === null ? "" : `Skill ${shown(skill)} (1 is perfect, 0 is the baseline).`,
    results(card),
    "## Settings",
    settings({ ...card.architecture, ...card.forecast, ...card.sequence, ...card.text }),
    "## Training",
    settings(training.settings),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
