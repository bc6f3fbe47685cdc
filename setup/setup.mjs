#!/usr/bin/env node
// Only what the oldest Node.js can parse and link stands in this file: it has to live long enough to say the version is wrong.
import { nodeVersionProblem } from "./node-version.mjs";

const problem = nodeVersionProblem();
if (problem) {
  console.error(problem);
  process.exit(10);
}
const { runSetup } = await import("./run-setup.mjs");
process.exitCode = await runSetup(process.argv.slice(2));
