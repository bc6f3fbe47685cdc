import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openSocket } from "./listen.ts";
import { temporaryFolder } from "./store/temporary-folder.ts";

interface Program {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** The first record of the log that has this field. */
  record(field: string): Promise<Record<string, unknown>>;
}

/** A program of the build, with a folder of its own. */
function run(program: "server" | "key", environment: Record<string, string>, ...words: string[]): Program {
  const entry = fileURLToPath(new URL(`../dist/${program}.js`, import.meta.url));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("UNROLL_"));
  const env = { ...Object.fromEntries(inherited), UNROLL_PORT: "0", ...environment };
  const child = spawn(process.execPath, [entry, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (chunk) => {
      output[name] += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  const record = async (field: string) => {
    for (;;) {
      const lines = output.stdout.split("\n").slice(0, -1);
      const found = lines.map((line) => JSON.parse(line)).find((line) => field in line);
      if (found !== undefined) return found;
      const next = once(child.stdout as NodeJS.ReadableStream, "data").then(() => null);
      const end = await Promise.race([next, ended]);
      if (end !== null) throw new Error(`exit ${end.code}: ${end.stderr}`);
    }
  };
  return { child, ended, record };
}

test("a server tells its port, keeps its folder to itself, refuses a taken port and ends with 0 on SIGTERM", async () => {
  const folder = await temporaryFolder();
  const first = run("server", { UNROLL_DATA_DIR: folder, UNROLL_AUTH: "on" });
  const { url, port, data_folder } = await first.record("url");
  expect([url, data_folder]).toEqual([`http://127.0.0.1:${port}`, folder]);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);

  const locked = await run("server", { UNROLL_DATA_DIR: folder }).ended;
  expect(locked.code).toBe(3);
  expect(locked.stderr).toContain(`process ${first.child.pid}`);
  const key = await run("key", { UNROLL_DATA_DIR: folder }, "list").ended;
  expect([key.code, key.stderr]).toEqual([3, expect.stringContaining("use its API")]);
  const taken = await run("server", { UNROLL_DATA_DIR: await temporaryFolder(), UNROLL_PORT: String(port) }).ended;
  expect([taken.code, taken.stderr]).toEqual([5, expect.stringMatching(/unroll: Port \d+ .* in use .*UNROLL_PORT/)]);
  expect(taken.stderr).not.toMatch(/^ +at /m);

  first.child.kill("SIGTERM");
  const { code, stdout, stderr } = await first.ended;
  expect(code).toBe(0);
  const [secret] = stderr.match(/unr_[0-9a-f]{64}/) ?? [];
  expect(secret).toBeDefined();
  expect(stdout).not.toContain(secret);
});

test("a second signal ends it at once", async () => {
  const server = run("server", { UNROLL_DATA_DIR: await temporaryFolder() });
  const { url, port } = await server.record("url");
  const post = (path: string, body: object) =>
    fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  await post("/v1/datasets", { name: "d", kind: "text", text: "to be or not to be ".repeat(200) });
  await post("/v1/models", { name: "m", task: "text" });
  const job = (await (await post("/v1/jobs", { model: "m", dataset: "d" })).json()) as { id: string };
  const mute = await openSocket(Number(port), `/v1/jobs/${job.id}/events`);
  mute.socket.pause(); // holds up the drain for two seconds
  server.child.kill("SIGTERM");
  await server.record("signal");
  const asked = performance.now();
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(1);
  expect(performance.now() - asked).toBeLessThan(1000);
});

test.each([
  [{ UNROLL_PORT: "http" }, 2, /UNROLL_PORT must be a whole number from 0 to 65535, got "http"/],
  [{ UNROLL_PROT: "3000" }, 2, /UNROLL_PROT is not a setting/],
  [{ UNROLL_HOST: "0.0.0.0", UNROLL_AUTH: "off" }, 2, /UNROLL_AUTH=off is for loopback only/],
  [{ UNROLL_HOST: "203.0.113.7" }, 2, /Cannot listen on 203\.0\.113\.7/],
  [{ UNROLL_DATA_DIR: "a file" }, 6, /cannot be written: .*UNROLL_DATA_DIR/],
])("a start with %j ends with %i and one sentence", async (environment, expected, sentence) => {
  const folder = await temporaryFolder();
  const file = join(folder, "file");
  await writeFile(file, "");
  const isFile = "UNROLL_DATA_DIR" in environment;
  const { code, stderr } = await run("server", { ...environment, UNROLL_DATA_DIR: isFile ? file : folder }).ended;
  expect([code, stderr]).toEqual([expected, expect.stringMatching(sentence)]);
  expect(stderr.match(/^unroll: .*$/gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ +at /m);
});

test("npm run key makes, lists and revokes keys on the data folder", async () => {
  const key = (...words: string[]) => run("key", { UNROLL_DATA_DIR: folder }, ...words).ended;
  const folder = await temporaryFolder();
  const made = await key("make", "dashboard", "--scope", "infer");
  expect([made.code, made.stdout]).toEqual([
    0,
    expect.stringMatching(/^key_\S+ {2}infer {2}dashboard\n\nShown this once:\n\n {2}unr_[0-9a-f]{64}\n/),
  ]);
  const id = made.stdout.split(" ", 1)[0] ?? "";
  expect((await key("list")).stdout).toBe(`${id}  infer  valid    dashboard\n`);
  expect((await key("revoke", id)).stdout).toBe(`${id} (dashboard) is revoked.\n`);
  const [missing, misspelt, unknown] = [await key("make"), await key("mkae", "x"), await key("revoke", "key_x")];
  expect([missing.code, misspelt.code, unknown.code]).toEqual([2, 2, 1]);
  expect(misspelt.stderr).toContain("Usage: npm run key");
  expect(unknown.stderr).toContain("key_x");
});
