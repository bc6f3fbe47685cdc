import { join } from "node:path";
import { Cache } from "./cache.mjs";
import { dependenciesAreFresh, installDependencies } from "./dependencies.mjs";
import { explainDiskFull } from "./disk-space.mjs";
import { exitCodes } from "./exit-codes.mjs";
import { provideNodeHeaders } from "./node-headers.mjs";
import { projectPaths } from "./paths.mjs";
import { Progress } from "./progress.mjs";
import { endCommands } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";
import { takeSetupLock } from "./setup-lock.mjs";
import { Stamp } from "./stamp.mjs";
import { steps } from "./steps.mjs";
import { findTools } from "./toolchain.mjs";

/** Brings the clone to life and resolves to the exit code; prints nothing when there is nothing to do. */
export async function runSetup(args) {
  const progress = new Progress();
  const purpose = args.find((argument) => argument.startsWith("--for="))?.slice("--for=".length) ?? "setup";
  if (args.length > 1 || !["setup", "start", "test"].includes(purpose)) {
    progress.warn(`usage: node setup/setup.mjs [--for=start|test], got "${args.join(" ")}"`);
    return exitCodes.unexpected.code;
  }
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, async () => {
      await endCommands();
      process.exit(exitCodes.interrupted.code);
    });
  try {
    return await provision(progress, purpose);
  } catch (error) {
    await endCommands();
    const problem = explain(error);
    process.stderr.write(`${problem instanceof SetupFailure ? problem.message : problem.stack}\n`);
    process.exit(problem.exitCode ?? exitCodes.unexpected.code); // the other steps would go on
  }
}

function explain(error) {
  if (["EACCES", "EROFS", "EPERM"].includes(error.code))
    return new SetupFailure(
      "folder_not_writable",
      `${error.path ?? "The project folder"} cannot be written (${error.code}).`,
      "Give this user the right to write there.",
    );
  return explainDiskFull(error, projectPaths().root, "the set-up");
}

async function provision(progress, purpose) {
  const paths = projectPaths();
  const context = { paths, progress, purpose, ...findTools(), stamp: await Stamp.read(paths.stamp) };
  if (!((await dependenciesAreFresh(paths)) && (await allSettled(context)))) {
    const release = await takeSetupLock(join(paths.state, "lock"), { say: (text) => progress.say(text) });
    try {
      context.stamp = await Stamp.read(paths.stamp); // another set-up may have done the work meanwhile
      if (!(await dependenciesAreFresh(paths))) await installDependencies(context);
      context.cache = await Cache.open({ fallback: join(paths.state, "cache"), warn: (text) => progress.warn(text) });
      let headers;
      context.nodeHeaders = () => (headers ??= provideNodeHeaders(context));
      await runSteps(context);
    } finally {
      await release();
    }
    progress.say(`set-up finished in ${progress.elapsed}`);
  }
  return report(context);
}

async function allSettled(context) {
  const settled = await Promise.all(Object.keys(steps).map((name) => isSettled(context, name)));
  return settled.every(Boolean);
}

async function isSettled(context, name) {
  const step = steps[name];
  if (step.needed && !step.needed(context)) return true;
  const outcome = context.stamp.get(name);
  const key = await step.key(context);
  const settled = context.stamp.isSettled(name, { key, tools: context.tools, retry: context.purpose === "setup" });
  return settled && (outcome.reason !== undefined || step.present(context.paths));
}

async function runSteps(context) {
  const started = {};
  for (const [name, step] of Object.entries(steps))
    started[name] = (async () => {
      await started[step.after];
      if (!(await isSettled(context, name))) await runStep(context, name);
    })();
  await Promise.all(Object.values(started));
}

async function runStep(context, name) {
  const step = steps[name];
  const key = await step.key(context);
  try {
    await context.stamp.record(name, { key, detail: await step.run(context) });
  } catch (error) {
    if (!step.standIn || !(error instanceof SetupFailure)) throw error;
    const { reason, remedy } = error;
    const what = `${error.what} ${step.standIn}`;
    await context.stamp.record(name, { key, reason, what, remedy, tools: context.tools, at: Date.now() });
  }
}

/** Says at every start what runs on a stand-in; a plain set-up tells it by its exit code too. */
function report({ stamp, progress, purpose, paths }) {
  const outcomes = Object.entries(steps)
    .filter(([, step]) => !step.needed || step.needed({ stamp, paths }))
    .map(([name]) => stamp.get(name))
    .filter((outcome) => outcome?.reason);
  for (const { what, remedy } of outcomes) progress.warn(`${what} ${remedy}`);
  if (purpose !== "setup") return exitCodes.ok.code;
  if (outcomes.length === 0) progress.say(`everything is in place in ${paths.root}`);
  return outcomes.length === 0 ? exitCodes.ok.code : exitCodes[outcomes[0].reason].code;
}
