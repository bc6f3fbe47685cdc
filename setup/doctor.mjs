#!/usr/bin/env node
// Prints what was found on this machine and, for each problem, the one thing to do. Changes nothing.
import { nodeVersionProblem } from "./node-version.mjs";

const problem = nodeVersionProblem();
if (problem) {
  console.error(problem);
  process.exit(10);
}
const { examine } = await import("./examine.mjs");
const findings = await examine();
const healthy = findings.every(({ status }) => status !== "problem");

if (process.argv.includes("--json")) console.log(JSON.stringify({ healthy, findings }, null, 2));
else {
  const marks = { ok: "ok  ", notice: "note", problem: "!!  " };
  for (const { name, status, found, remedy } of findings) {
    console.log(`${marks[status]} ${name.padEnd(16)} ${found}`);
    if (remedy) console.log(`     ${"".padEnd(16)} -> ${remedy}`);
  }
  console.log(
    healthy ? "\nNothing stands in the way of npm start." : "\nMend what is marked !! and run npm run doctor again.",
  );
}
process.exitCode = healthy ? 0 : 1;
