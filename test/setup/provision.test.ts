import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cache } from "../../setup/cache.mjs";
import { hashTree } from "../../setup/hash-tree.mjs";
import { linkLibrary } from "../../setup/library.mjs";
import { provideNative } from "../../setup/native.mjs";
import { projectPaths } from "../../setup/paths.mjs";
import { Progress } from "../../setup/progress.mjs";
import { endCommands, errorLine, runCommand } from "../../setup/run-command.mjs";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "unroll-provision-"));
});
afterEach(() => rm(root, { recursive: true }));

test("the library is found under the linker's names and the loader's, and lies on the disk once", async () => {
  const library = join(root, "cache");
  await mkdir(join(library, "lib"), { recursive: true });
  await mkdir(join(library, "include"));
  await writeFile(join(library, "include", "c_api.h"), "header");
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
    await writeFile(join(library, "lib", name), name);
  const deps = join(root, "deps");
  for (let times = 0; times < 2; times++) await linkLibrary(library, deps);
  const expected = {
    "libtensorflow.so": "libtensorflow_cc.so.2",
    "libtensorflow_cc.so.2": "libtensorflow_cc.so.2",
    "libtensorflow_framework.so": "libtensorflow_framework.so.2",
    "libtensorflow_framework.so.2": "libtensorflow_framework.so.2",
  };
  for (const [name, content] of Object.entries(expected)) {
    expect(await readFile(join(deps, "lib", name), "utf8")).toBe(content);
    const [linked, cached] = await Promise.all([stat(join(deps, "lib", name)), stat(join(library, "lib", content))]);
    expect(linked.ino).toBe(cached.ino);
  }
  expect(await readFile(join(deps, "include", "c_api.h"), "utf8")).toBe("header");
});

test("a tree's hash follows names and contents, not dates, and leaves out what it is told to", async () => {
  const tree = join(root, "tree");
  await mkdir(join(tree, "build"), { recursive: true });
  await writeFile(join(tree, "a"), "1");
  const first = await hashTree(tree, ["build"]);
  await writeFile(join(tree, "a"), "1");
  await writeFile(join(tree, "build", "b"), "2");
  expect(await hashTree(tree, ["build"])).toBe(first);
  await writeFile(join(tree, "a"), "2");
  expect(await hashTree(tree, ["build"])).not.toBe(first);
  expect(await hashTree(join(root, "nowhere"))).toBe("none");
});

test("kernels that do not compile are a cause with a name, told with the compiler's words", async () => {
  await mkdir(join(root, "native"));
  await writeFile(
    join(root, "native", "build.mjs"),
    'export async function buildNative() { throw new Error("lstm.cc:3: error: no such gate"); }',
  );
  const paths = projectPaths(root);
  const everything = { compiler: "/usr/bin/g++", make: "/usr/bin/make", python: "/usr/bin/python3" };
  const work = provideNative({
    cache: new Cache(root),
    paths,
    progress: new Progress(() => {}),
    toolchain: everything,
    nodeHeaders: async () => undefined,
  });
  await expect(work).rejects.toMatchObject({
    reason: "compile_failed",
    message: expect.stringContaining("lstm.cc:3: error: no such gate"),
  });
});

test("a command that does not end is ended with its children; what it said is kept", async () => {
  const script = `const { spawn } = require("node:child_process");
    spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    console.log("started");
    setInterval(() => {}, 1000);`;
  const late = await runCommand(process.execPath, ["-e", script], { timeoutMs: 1_500 });
  expect(late).toMatchObject({ timedOut: true, code: 1 });
  const ended = runCommand(process.execPath, ["-e", script]);
  await endCommands();
  expect(await ended).toMatchObject({ timedOut: false, code: 1 });
});

test("a program that is not there is a failed command", async () => {
  const { code, output } = await runCommand(join(root, "nothing"), []);
  expect(code).toBe(127);
  expect(output).toContain("ENOENT");
});

test("of a long stack trace one line is told", () => {
  const trace =
    "file.js:3\n  throw new Error(x)\n\nError: connect ECONNREFUSED\n    at connect (node:net)\n\nNode.js v20.20.2\n";
  expect(errorLine(trace)).toBe("connect ECONNREFUSED");
  expect(errorLine("warming up\nout of luck\n\n")).toBe("out of luck");
});
