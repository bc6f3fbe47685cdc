import { runRounds } from "../measure/run-rounds.mjs";
import { startContender } from "../start-contender.mjs";
import { costShapes } from "../workloads/cost-shapes.mjs";
import { flopPerToken } from "../workloads/flop-per-token.mjs";
import { trainingWork } from "../workloads/training-work.mjs";

const slotMs = { short: 120, full: 600 };
const usualFlopPerMs = 100e6;

/** How the time of our training step grows with units, batch, steps and layers: for the plot against the multiply-add limit. */
export async function cost(context) {
  const measured = new Map();
  const rows = [];
  for (const { axis, value, shape } of costShapes(context.options.isFull)) {
    if (!measured.has(shape.name)) measured.set(shape.name, await measureShape(shape, context));
    rows.push({ ...measured.get(shape.name), axis, value });
  }
  return { rows, notes: [] };
}

async function measureShape(shape, { options, folder, guard, say }) {
  const flop = flopPerToken(shape) * shape.batch * shape.time;
  const turnMs = options.isFull ? slotMs.full : slotMs.short;
  const steps = Math.max(1, Math.min(500, Math.round((turnMs * usualFlopPerMs) / flop)));
  const process = await startContender("train-unroll.mjs", await trainingWork(shape, { steps, folder }));
  const measure = async () => {
    const { duration_ms: durationMs, steps } = await process.ask({});
    return durationMs / steps;
  };
  try {
    await measure();
    const contenders = [{ name: "Unroll", measure }];
    const rounds = await runRounds(contenders, { rounds: options.rounds, guard });
    say(`${shape.name}: ${rounds[0].times.Unroll.toFixed(3)} ms`);
    return { name: shape.name, unit: "ms a step", ours: "Unroll", peers: {}, rounds, flop };
  } finally {
    await process.stop();
  }
}
