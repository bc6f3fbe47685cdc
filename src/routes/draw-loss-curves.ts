import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import { type LossPoint, lossCurves } from "../pictures/loss-curves.ts";
import type { JobEvent } from "../schemas/events.ts";
import type { Model } from "../schemas/models.ts";
import { tokenName } from "./token-name.ts";

const eventsAtOnce = 10_000;

/** The curves of a job's stored events. Throws job_not_found, and validation_failed where a loss has no logarithm. */
export async function drawLossCurves(app: FastifyInstance, id: string, scale: "linear" | "log"): Promise<string> {
  const job = await app.jobs.get(id);
  const [model, points] = await Promise.all([app.store.models.get(job.model), readLosses(app, job.id)]);
  if (scale === "log") refuseZeros([...points.training, ...points.validation.values()]);
  return lossCurves({
    name: `${model.name} · ${job.status}`,
    unit: unitOf(model),
    scale,
    training: points.training,
    validation: [...points.validation.values()].sort((a, b) => a.step - b.step),
    best: points.best,
  });
}

interface Losses {
  training: LossPoint[];
  /** By step: an epoch's end and a checkpoint may tell the same. */
  validation: Map<number, LossPoint>;
  best: LossPoint | null;
}

async function readLosses(app: FastifyInstance, job: string): Promise<Losses> {
  const losses: Losses = { training: [], validation: new Map(), best: null };
  let after = 0;
  for (;;) {
    const events = await app.store.jobs.events(job, after, eventsAtOnce);
    for (const event of events) takeLosses(losses, event);
    if (events.length < eventsAtOnce) return losses;
    after = events.at(-1)!.seq;
  }
}

function takeLosses(losses: Losses, event: JobEvent): void {
  if (event.type === "step-end") losses.training.push({ step: event.step, loss: event.loss });
  if (event.type === "epoch-end" && event.validation_loss !== null) {
    losses.validation.set(event.step, { step: event.step, loss: event.validation_loss });
  }
  if (event.type !== "checkpoint") return;
  const { step, metrics, best } = event;
  const loss = metrics.validation_loss ?? metrics.train_loss;
  if (metrics.validation_loss !== undefined) losses.validation.set(step, { step, loss: metrics.validation_loss });
  if (best && loss !== undefined) losses.best = { step, loss };
}

function refuseZeros(points: LossPoint[]): void {
  const zero = points.find(({ loss }) => loss <= 0);
  if (zero === undefined) return;
  const message = `a logarithmic axis has no place for a loss of ${zero.loss}, at step ${zero.step}`;
  throw appError("validation_failed", `scale: ${message}`, {
    errors: [{ pointer: "/query/scale", code: "not_positive", message, value: "log", hint: "take scale=linear" }],
  });
}

function unitOf({ task, sequence, text }: Model): string {
  if (task === "text") return `nats per ${tokenName(text)}`;
  if (task === "forecast") return "quantile loss, scaled";
  if (sequence?.loss === "cross_entropy")
    return sequence.output === "each_step" ? "nats per step" : "nats per sequence";
  return sequence?.scaling === "standard" ? "mean squared error, scaled" : "mean squared error";
}
