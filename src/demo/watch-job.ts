import type { JobEvent } from "../schemas/events.ts";
import { bandChart } from "./band-chart.ts";
import type { LiveLine } from "./live-line.ts";
import { sparkline } from "./sparkline.ts";

/** Shows a job's events as one live line, with its samples above it. Throws when the job does not succeed. */
export async function watchJob(events: AsyncIterable<JobEvent>, line: LiveLine): Promise<void> {
  const losses: number[] = [];
  let steps = 0;
  for await (const event of events) {
    if (event.type === "job-start") steps = event.steps;
    if (event.type === "step-end") {
      losses.push(event.loss);
      line.update(progressLine(event, steps, losses));
    }
    if (event.type === "sample") line.print(sampleLines(event));
    if (event.type === "warning") line.print(`! ${event.message}`);
    if (event.type === "job-end") {
      if (event.status !== "succeeded") throw new Error(`the job ended ${event.status}: ${event.error?.detail ?? ""}`);
      const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
      line.print(`trained in ${Math.round(event.duration_ms / 1000)} s   ${metrics.join("   ")}`);
      return;
    }
  }
  throw new Error("the event stream ended before the job did");
}

function progressLine(event: Extract<JobEvent, { type: "step-end" }>, steps: number, losses: number[]): string {
  const speed = `${Math.round(event.tokens_per_second).toLocaleString("en")}/s`;
  const eta = `ETA ${Math.ceil(event.eta_ms / 1000)} s`;
  return `step ${event.step}/${steps}  loss ${event.loss.toFixed(3)} ${sparkline(losses, 40)}  ${speed}  ${eta}`;
}

function sampleLines(event: Extract<JobEvent, { type: "sample" }>): string {
  if (event.text !== undefined) return `[step ${event.step}] ${event.text.replaceAll(/\s+/g, " ")}\n`;
  if (event.forecast === undefined) return "";
  return `[step ${event.step}] ${event.forecast.id}\n${bandChart({ ...event.forecast, history: event.forecast.history.slice(-60) }, 9)}\n`;
}
