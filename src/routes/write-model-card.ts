import type { Metrics } from "../schemas/common.ts";
import type { Dataset } from "../schemas/datasets.ts";
import type { Job } from "../schemas/jobs.ts";
import type { ModelCard } from "../schemas/model-card.ts";
import type { Model } from "../schemas/models.ts";

interface CardSources {
  model: Model;
  checkpoint: string;
  metrics: Metrics;
  job: Job;
  /** null where it has been deleted. */
  dataset: Dataset | null;
}

const baselineKey = /^(naive|seasonal_naive|drift|naive2|ngram_\d)_(.+)$/;

/** All that is known of a trained model, with what needs no learning beside it. */
export function writeModelCard({ model, checkpoint, metrics: all, job, dataset }: CardSources): ModelCard {
  const entries = Object.entries(all);
  const metrics = Object.fromEntries(entries.filter(([key]) => !baselineKey.test(key)));
  const baselines = baselinesOf(entries);
  const skill = skillOf(metrics, baselines);
  const { id, name, task, architecture, forecast, sequence, text, parameter_count } = model;
  return {
    object: "model_card",
    model: id,
    ...{ name, task, checkpoint, architecture, forecast, sequence, text, parameter_count },
    data: {
      dataset: job.dataset,
      name: dataset?.name ?? null,
      sha256: dataset?.sha256 ?? null,
      summary: dataset?.summary ?? null,
      split: splitOf(model, job, metrics),
    },
    training: {
      job: job.id,
      settings: job.training,
      seconds: secondsOf(job),
      peak_memory_bytes: job.metrics.peak_memory_bytes ?? null,
    },
    metrics,
    baselines,
    skill,
    warnings: warningsOf(model, skill),
  };
}

function baselinesOf(entries: [string, number][]): ModelCard["baselines"] {
  const byName = new Map<string, Metrics>();
  for (const [key, value] of entries) {
    const [, name, metric] = baselineKey.exec(key) ?? [];
    if (name !== undefined && metric !== undefined) byName.set(name, { ...byName.get(name), [metric]: value });
  }
  return Array.from(byName, ([name, metrics]) => ({ name, metrics }));
}

function skillOf(metrics: Metrics, baselines: ModelCard["baselines"]): number | null {
  if (metrics.skill !== undefined) return metrics.skill;
  const bits = baselines.flatMap((baseline) => baseline.metrics.bits_per_character ?? []);
  if (metrics.bits_per_character === undefined || bits.length === 0) return null;
  return 1 - metrics.bits_per_character / Math.min(...bits);
}

function splitOf({ task, forecast }: Model, { training }: Job, metrics: Metrics): string {
  if (task === "forecast") {
    const series = metrics.holdout_series ?? 0;
    if (series === 0) return "nothing was held out: no series was long enough";
    const windows = metrics.holdout_windows ?? series;
    const values = `${forecast?.horizon} values${windows > series ? " or more" : ""} of ${series} series`;
    const points = windows > series ? `, forecast from ${windows} points,` : "";
    const kept = `the last ${values}${points} were never trained on: they chose the best weights and calibrated the intervals`;
    const weight = metrics.blend_weight ?? 0;
    if (weight === 0) return kept;
    return `${kept}; a smoothed forecast was better there, so the network's median is moved ${weight * 100} % of the way to it`;
  }
  const fraction = training.validation_fraction ?? 0;
  if (fraction === 0) return "nothing was held out";
  const what = task === "text" ? "the text, its tail," : "the sequences";
  return `${Math.round(fraction * 1000) / 10} % of ${what} was never trained on: it chose the best weights`;
}

function secondsOf({ started_at: started, finished_at: finished }: Job): number | null {
  return started === null || finished === null ? null : (Date.parse(finished) - Date.parse(started)) / 1000;
}

function warningsOf({ task }: Model, skill: number | null): ModelCard["warnings"] {
  if (skill === null) {
    return [
      {
        code: "not_compared",
        message: "nothing was held out, or no baseline is defined: how good it is, nobody knows",
      },
    ];
  }
  if (skill >= 0) return [];
  const baseline = task === "text" ? "the best n-gram" : "the seasonal naive forecast";
  const message = `on data that neither has seen, ${baseline} is better by ${(-skill * 100).toFixed(1)} %: use it instead, or train on more data, longer or otherwise`;
  return [{ code: "worse_than_naive", message }];
}
