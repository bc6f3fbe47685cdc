import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCodes } from "../../setup/exit-codes.mjs";
import { nodeVersionProblem } from "../../setup/node-version.mjs";
import { SetupFailure } from "../../setup/setup-failure.mjs";
import { missingTools, requireToolchain } from "../../setup/toolchain.mjs";
import { wheelFor } from "../../setup/wheel.mjs";
import { exitCodes as serverCodes } from "../../src/exit-codes.ts";

const project = join(import.meta.dirname, "..", "..");
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "unroll-setup-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Runs a script of setup/ in a copy of the project without node_modules. */
async function runInFreshFolder(script: string, env: Record<string, string>, args: string[] = []) {
  for (const name of ["setup", "package.json", "package-lock.json", ".npmrc"])
    await cp(join(project, name), join(root, name), { recursive: true });
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { HOME: root, ...env } };
    const child = execFile(
      process.execPath,
      [join(root, "setup", script), ...args],
      options,
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

test("without a registry and without node_modules the set-up ends with one sentence and code 12", async () => {
  const registry = `http://127.0.0.1:${await closedPort()}/`;
  const env = { PATH: process.env.PATH ?? "", npm_config_registry: registry, npm_config_fetch_retries: "0" };
  const { code, stderr } = await runInFreshFolder("setup.mjs", env, ["--for=start"]);
  expect(stderr).toContain("npm ci cannot reach the npm registry");
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^npm ci cannot reach .* then run the command again\.$/);
  expect(code).toBe(12);
});

test("without npm the set-up ends with one sentence and code 11", async () => {
  const { code, stderr } = await runInFreshFolder("setup.mjs", { PATH: root });
  expect(stderr).toBe("npm is not on the PATH. Install Node.js with npm and run the command again.\n");
  expect(code).toBe(11);
});

test("an unknown argument is named", async () => {
  const { code, stderr } = await runInFreshFolder("setup.mjs", { PATH: root }, ["--for=fun"]);
  expect(stderr).toContain('got "--for=fun"');
  expect(code).toBe(1);
});

test("the doctor names what is missing as JSON and ends with code 1", async () => {
  await writeFile(join(root, "placeholder"), "");
  await symlink(process.execPath, join(root, "node"));
  const { code, stdout } = await runInFreshFolder("doctor.mjs", { PATH: root }, ["--json"]);
  const { healthy, findings } = JSON.parse(stdout);
  const status = Object.fromEntries(findings.map((item: { name: string; status: string }) => [item.name, item.status]));
  expect(healthy).toBe(false);
  expect(status).toMatchObject({
    "Node.js": "ok",
    npm: "problem",
    compiler: "notice",
    pip: "notice",
    packages: "problem",
  });
  for (const { status, remedy } of findings) expect(remedy !== undefined).toBe(status !== "ok");
  expect(code).toBe(1);
});

test.each([
  ["20.19.0", true],
  ["20.18.9", false],
  ["18.20.0", false],
  ["22.0.0", true],
  ["24.21.0", true],
])("Node.js %s will do: %s", (version, fits) => {
  expect(nodeVersionProblem(version) === undefined).toBe(fits);
});

test("exit codes are one for each cause and fit a shell", () => {
  const codes = Object.values(exitCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toBeLessThan(128 + 3);
  const { stopped, ...failures } = serverCodes;
  expect(stopped).toBe(exitCodes.ok.code);
  for (const [cause, code] of Object.entries(failures))
    expect(exitCodes[cause as keyof typeof failures], cause).toMatchObject({ code });
  expect(() => new SetupFailure("no_such_cause", "...")).toThrow(TypeError);
});

test("a missing compiler is said by the names of what to install", () => {
  const toolchain = { compiler: undefined, make: undefined, python: "/usr/bin/python3" };
  expect(missingTools(toolchain)).toEqual(["a C++ compiler (g++)", "make"]);
  expect(() => requireToolchain(toolchain, "better-sqlite3")).toThrow(
    "better-sqlite3 needs a C++ compiler (g++) and make",
  );
});

test("there is a wheel for Linux with glibc, and a sentence elsewhere", () => {
  expect(wheelFor("linux", "x64", "glibc2.36").package).toBe("tensorflow-cpu");
  expect(wheelFor("linux", "arm64", "glibc2.36").package).toBe("tensorflow");
  expect(() => wheelFor("linux", "x64", "musl")).toThrow(
    "no TensorFlow 2.21.0 wheel with its library for linux x64 musl",
  );
  expect(() => wheelFor("darwin", "arm64", undefined)).toThrow("for darwin arm64");
});
