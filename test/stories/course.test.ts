import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Model } from "../../src/schemas/models.ts";
import { ServerProcess } from "./server-process.ts";
import { sseData } from "./sse-data.ts";

const page = readFileSync(new URL("../../docs/course.md", import.meta.url), "utf8");
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.create();
});
afterAll(async () => server?.remove());

/** The page's snippets by heading, as a reader would run them one after another: only the port is another. */
function sections(): Map<string, string> {
  const parts = page.split("\n## ").map((part) => {
    const [heading] = part.split("\n", 1);
    return [heading!, [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, source]) => source).join("")] as const;
  });
  return new Map(parts.filter(([, source]) => source !== ""));
}

async function runPage(): Promise<Map<string, string>> {
  const mark = (heading: string) => `=== ${heading}`;
  const script = [...sections()].map(([heading, source]) => `echo '${mark(heading)}'\n${source}`).join("");
  const child = spawn("bash", ["-e"], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stdin.end(script.replaceAll("localhost:3000", new URL(server.url).host));
  const [exitCode] = await once(child, "close");
  expect(exitCode, output).toBe(0);
  const parts = output.split(/^=== /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]));
}

/** The events of each job of a section, in the order of its requests. */
function runsOf(output: string): JobEvent[][] {
  const byJob = new Map<string, JobEvent[]>();
  for (const event of sseData<JobEvent>(output)) byJob.set(event.job, [...(byJob.get(event.job) ?? []), event]);
  return [...byJob.values()];
}

const warnings = (run: JobEvent[]) => run.flatMap((event) => (event.type === "warning" ? [event.code] : []));
const steps = (run: JobEvent[]) => run.filter((event) => event.type === "step-end");

test("every request of the course runs as it stands, and shows what the page says", async () => {
  const said = await runPage();
  for (const output of said.values()) expect(output).not.toContain('"/problems/');
  const runs = new Map([...said].map(([heading, output]) => [heading, runsOf(output)]));
  expect([...runs.values()].flat().length).toBe(page.match(/^train '/gm)!.length);
  for (const run of [...runs.values()].flat()) {
    const end = run.at(-1);
    const isDiverged = end?.type === "job-end" && end.error?.code === "training_diverged"; // one does, and is meant to
    expect(end, JSON.stringify(end)).toMatchObject({ type: "job-end", status: isDiverged ? "failed" : "succeeded" });
  }

  const [fading, escaping, reckless, ...clipped] = runs.get("Vanishing and exploding gradients")!;
  expect(warnings(fading!)).toEqual(["gradient_vanishing"]);
  expect(warnings(escaping!)).toEqual([]);
  const norms = Object.values(steps(fading!).at(-1)!.gradient_norms!);
  expect(norms.slice(0, 6)).toEqual(norms.slice(0, 6).toSorted((low, high) => low - high));
  expect(reckless!.at(-1)).toMatchObject({ error: { code: "training_diverged" } });
  for (const run of clipped) expect(warnings(run)).toEqual([]);

  const [short, long] = runs.get("Truncated back-propagation through time")!;
  expect(steps(long!).at(-1)!.loss).toBeLessThan(steps(short!).at(-1)!.loss);

  const [plateau] = runs.get("Schedules of the learning rate")!.slice(-1);
  expect(steps(plateau!).at(-1)!.learning_rate).toBeLessThan(steps(plateau!)[0]!.learning_rate);

  const [stopped] = runs.get("Against learning by heart")!;
  expect(warnings(stopped!)).toEqual(["stopped_early"]);
  const checkpoints = stopped!.filter((event) => event.type === "checkpoint");
  const best = checkpoints.findLast((event) => event.best)!;
  expect(best.step).toBeLessThan(checkpoints.at(-1)!.step);
  const { versions } = await server.get<Model>("/v1/models/lstm");
  expect(versions.find(({ job }) => job === best.job)!.checkpoint).toBe(best.id);

  const forgotten = runs.get("Continual learning")!.map((run) => {
    const { metrics } = run.findLast((event) => event.type === "checkpoint")!;
    return metrics.old_loss! - metrics.old_loss_before!;
  });
  expect(forgotten[1]).toBeLessThan(forgotten[0]!); // with replay
  expect(forgotten[2]).toBeLessThan(forgotten[0]!); // with the penalty
}, 600_000); // some 25 jobs, one after another
