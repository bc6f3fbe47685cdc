import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Generation, TextEvent } from "../../src/schemas/generation.ts";
import type { Job } from "../../src/schemas/jobs.ts";
import type { Page } from "../../src/schemas/paging.ts";
import type { Prediction } from "../../src/schemas/prediction.ts";
import { ServerProcess } from "./server-process.ts";
import { sseData } from "./sse-data.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  server = await ServerProcess.create();
  folder = await mkdtemp(join(tmpdir(), "unroll-readme-"));
  await copyFile(join(root, "README.md"), join(folder, "README.md"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The snippets of a section, in their order, as a reader would run them: only the port is another. */
function snippets(heading: string): { language: string; source: string }[] {
  const section = readme.split(`\n## ${heading}`)[1].split("\n## ")[0];
  const blocks = section.matchAll(/```(sh|js)\n([\s\S]*?)```/g);
  return [...blocks].map(([, language, source]) => ({
    language,
    source: source.replaceAll("localhost:3000", new URL(server.url).host),
  }));
}

async function run({ language, source }: { language: string; source: string }): Promise<string> {
  const [command, ...flags] = language === "sh" ? ["bash", "-e"] : [process.execPath, "--input-type=module"];
  const child = spawn(command, flags, { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  child.stdin.end(source);
  const [exitCode] = await once(child, "close");
  expect(exitCode, `${source}\n${output}`).toBe(0);
  return output;
}

test("the text journey does what it says, line by line", async () => {
  const [create, watch, generate] = snippets("Text:");
  expect(await run(create)).not.toContain('"/problems/');
  const watched = await run(watch);
  expect(watched).toMatch(/^\d+ 200 \d\.\d+ 0$/m); // the last step-end
  expect(watched.length).toBeGreaterThan(800); // two samples of 200 characters, and 400 more from the stream
  const [json, events] = await Promise.all(
    generate.source.split("\n", 2).map((source) => run({ language: "sh", source })),
  );
  const { text } = JSON.parse(json) as Generation;
  const deltas = sseData<TextEvent>(events).filter((event) => event.type === "text-delta");
  expect(deltas.map((event) => event.text).join("")).toBe(text);
});

test("the series journey does what it says, line by line", async () => {
  const [create, forecast] = snippets("Series:");
  expect(await run(create)).not.toContain('"/problems/');
  const output = await run(forecast);
  expect(output).toMatch(/^succeeded/);
  expect(output).toContain("mase_ratio");
  expect(output).toContain("2025-01-31");
});

test("the sequence journey trains a network, and looks inside", async () => {
  const [create, look] = snippets("Sequences:");
  expect(await run(create)).not.toContain('"/problems/');
  const { data } = await server.get<Page<Job>>("/v1/jobs?model=flipflop");
  expect(await server.get<Job>(`/v1/jobs/${data[0].id}?wait_ms=30000`)).toMatchObject({ status: "succeeded" });
  const { outputs } = JSON.parse(await run(look)) as Prediction;
  expect(outputs[0]).toMatchObject({ classes: [1, 1, 0, 1], gates: [{ layer: 0, direction: "forward" }] });
  expect(readFileSync(join(folder, "flipflop.svg"), "utf8")).toContain("GRU, layer 1");
});
