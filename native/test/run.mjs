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
const sources = [
  ...fs.readdirSync(join(native, "kernels"), { recursive: true }).map((file) => join("kernels", file)),
  "threads/thread-pool.cc",
  "test/compare-kernels.cc",
].filter((file) => file.endsWith(".cc"));

const folder = fs.mkdtempSync(join(os.tmpdir(), "unroll-kernels-"));
try {
  const objects = sources.map((source) => {
    const object = join(folder, source.replaceAll("/", "-").replace(".cc", ".o"));
    const target = TARGETS[source.split("/").pop()] ?? [];
    execFileSync(
      "g++",
      [
        "-std=c++20",
        ...checks,
        ...ARITHMETIC,
        ...target,
        "-pthread",
        "-I",
        native,
        "-c",
        join(native, source),
        "-o",
        object,
      ],
      {
        stdio: "inherit",
      },
    );
    return object;
  });
  const program = join(folder, "compare-kernels");
  execFileSync("g++", [...checks, "-pthread", ...objects, "-o", program], { stdio: "inherit" });
  process.exitCode =
    spawnSync(program, sanitized ? [mode] : [mode, repetitions, cell, units, ...processor], { stdio: "inherit" })
      .status ?? 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
