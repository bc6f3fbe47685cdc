#!/usr/bin/env node
// Compiles the kernels without TensorFlow and holds them equal to plain loops under the address and undefined-behaviour
// sanitizers (node native/test/run.mjs [rounds]), or times them: node native/test/run.mjs time [repetitions] [cell 0..3] [units] [processor].
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARITHMETIC, TARGETS } from "../build.mjs";

const native = dirname(dirname(fileURLToPath(import.meta.url)));
const [mode = "10", repetitions = "20", cell = "1", units = "128", ...processor] = process.argv.slice(2);
const sanitized = mode !== "time";
const checks = sanitized ? ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"] : ["-O3"];
const list = (room) => fs.readdirSync(join(native, room), { recursive: true }).map((file) => join(room, file));
const programs = sanitized ? ["compare-kernels", "compare-generation", "compare-training"] : ["compare-kernels"];
const sources = ["kernels", "generate", "train", "threads"]
  .flatMap(list)
  .filter((file) => file.endsWith(".cc") && !file.includes("node-"));

const folder = fs.mkdtempSync(join(os.tmpdir(), "unroll-kernels-"));
try {
  const compile = (source) => {
    const object = join(folder, source.replaceAll("/", "-").replace(".cc", ".o"));
    const target = TARGETS[source.split("/").pop()] ?? [];
    const options = ["-std=c++20", ...checks, ...ARITHMETIC, ...target, "-pthread", "-I", native];
    execFileSync("g++", [...options, "-c", join(native, source), "-o", object], { stdio: "inherit" });
    return object;
  };
  const objects = sources.map(compile);
  const given = sanitized ? [mode] : [mode, repetitions, cell, units, ...processor];
  const failed = programs.filter((name) => {
    const program = join(folder, name);
    execFileSync("g++", [...checks, "-pthread", ...objects, compile(`test/${name}.cc`), "-o", program], {
      stdio: "inherit",
    });
    return spawnSync(program, given, { stdio: "inherit" }).status !== 0;
  });
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  fs.rmSync(folder, { recursive: true });
}
