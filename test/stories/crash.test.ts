import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { JobEvent } from "../../src/schemas/events.ts";
import type { Checkpoint, Job } from "../../src/schemas/jobs.ts";
import { sampleText } from "./sample-text.ts";
import { ServerProcess } from "./server-process.ts";

/** How often the server is killed; more rounds by ROUNDS=20. */
const rounds = Number(process.env.ROUNDS ?? 3);
const steps = 300 + 100 * rounds;
const training = { steps, batch_size: 16, sequence_length: 25, checkpoint_every: 20, sample_every: 100, seed: 3 };

async function trainedBy(server: ServerProcess): Promise<Job> {
  await server.upload("/v1/datasets", { name: "sentences", kind: "text" }, sampleText(10_000));
  const architecture = { cell: "gru", units: 32, layers: 2, dropout: 0.1 };
  await server.post("/v1/models", { name: "writer", task: "text", architecture });
  return server.post<Job>("/v1/jobs", { model: "writer", dataset: "sentences", training });
}

/** Reads on until the job has reported `count` more events, or has ended. */
async function readSome(server: ServerProcess, job: string, { after, count }: { after: number; count: number }) {
  const abort = new AbortController();
  const headers = { accept: "text/event-stream" };
  const stream = await fetch(`${server.url}/v1/jobs/${job}/events?after=${after}`, { headers, signal: abort.signal });
  const events: JobEvent[] = [];
  let rest = "";
  for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) events.push(JSON.parse(line.slice(6)) as JobEvent);
    if (events.length >= count || events.at(-1)?.type === "job-end") break;
  }
  abort.abort();
  return events;
}

test("a server killed again and again loses nothing that it told, and the job succeeds", {
  timeout: 300_000,
}, async () => {
  const server = await ServerProcess.create();
  try {
    const job = await trainedBy(server);
    const seen: JobEvent[] = [];
    let kills = 0;
    while (seen.at(-1)?.type !== "job-end") {
      // A different place each round, the same ones each time the test runs
      const count = kills < rounds ? 2 + ((kills * 7) % 11) : Number.POSITIVE_INFINITY;
      seen.push(...(await readSome(server, job.id, { after: seen.length, count })));
      if (kills++ >= rounds) continue;
      await server.end("SIGKILL");
      await server.start();
    }
    expect(kills).toBeGreaterThan(rounds);
    expect(seen.at(-1)).toMatchObject({ type: "job-end", status: "succeeded" });
    expect(seen.map((event) => event.seq)).toEqual(seen.map((_, index) => index + 1));
    const stored = await server.get<{ data: JobEvent[] }>(`/v1/jobs/${job.id}/events?limit=10000`);
    expect(stored.data).toEqual(seen);
    // No step is told twice, though the run went back to its checkpoint each time
    const told = seen.filter((event) => event.type === "step-end").map((event) => event.step);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(steps);
    const { data } = await server.get<{ data: Checkpoint[] }>(`/v1/jobs/${job.id}/checkpoints`);
    expect(data.map((checkpoint) => checkpoint.step)).toContain(steps);
  } finally {
    await server.remove();
  }
});

test("a killed trainer takes nobody with it: the server answers, the job goes on", async () => {
  const server = await ServerProcess.create();
  try {
    const job = await trainedBy(server);
    await readSome(server, job.id, { after: 0, count: 4 });
    process.kill(trainerOf(server.pid), "SIGKILL");
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const events = await readSome(server, job.id, { after: 0, count: Number.POSITIVE_INFINITY });
    expect(events.filter((event) => event.type === "job-start").map((event) => event.attempt)).toEqual([1, 2]);
    expect(events.at(-1)).toMatchObject({ type: "job-end", status: "succeeded" });
  } finally {
    await server.remove();
  }
});

/** The one child process of the server. Linux: the parent stands fourth in /proc/pid/stat. */
function trainerOf(server: number): number {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const child = processes.find((name) => parentOf(name) === server);
  if (child === undefined) throw new Error("the server has no trainer");
  return Number(child);
}

function parentOf(process: string): number | null {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null; // It ended between the two reads
  }
}
