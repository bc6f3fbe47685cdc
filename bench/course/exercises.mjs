/**
 * Two exercises that a network which only looks back cannot solve, over the API: say a sequence backwards, and tell at each step
 * the parity of the bits still to come; beside them the parity of the bits so far, which it can. Run it after `npm run setup`:
 *
 *   node bench/course/exercises.mjs [steps]
 */
import { withServer } from "../with-server.mjs";

const steps = Number(process.argv[2] ?? 2500);
const gru = { cell: "gru", units: 64 };
const networks = {
  forward: gru,
  bidirectional: { ...gru, bidirectional: true },
  "bidirectional, attention": { ...gru, bidirectional: true, attention: "dot" },
};
const symbols = 8;

/** Park and Miller's generator: the same sequences at every run. */
function generator(seed) {
  let state = seed;
  return (count) => {
    state = (state * 48271) % 2147483647;
    return state % count;
  };
}

function many(make, count = 4000) {
  const random = generator(20261124);
  return Array.from({ length: count }, () => make(random));
}

const oneHot = (symbol) => Array.from({ length: symbols }, (_, column) => Number(column === symbol));
const parities = (bits) => bits.map((_, at) => bits.slice(0, at + 1).filter(Boolean).length % 2);
const bitsOf = (random) => Array.from({ length: 4 + random(13) }, () => random(2));

const exercises = {
  reversal: {
    sizes: { input_size: symbols, output_size: symbols },
    sequences: many((random) => {
      const given = Array.from({ length: 4 + random(7) }, () => random(symbols));
      return { inputs: given.map(oneHot), targets: given.toReversed().map((symbol) => [symbol]) };
    }),
  },
  "parity so far": {
    sizes: { input_size: 1, output_size: 2 },
    sequences: many((random) => {
      const bits = bitsOf(random);
      return { inputs: bits.map((bit) => [bit]), targets: parities(bits).map((parity) => [parity]) };
    }),
  },
  "parity to come": {
    sizes: { input_size: 1, output_size: 2 },
    sequences: many((random) => {
      const bits = bitsOf(random);
      const targets = parities(bits.toReversed()).toReversed();
      return { inputs: bits.map((bit) => [bit]), targets: targets.map((parity) => [parity]) };
    }),
  },
};

await withServer(async ({ get, post }) => {
  console.log("| exercise | network | steps | accuracy | whole sequences right | chance |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [exercise, { sizes, sequences }] of Object.entries(exercises)) {
    const dataset = await post("/v1/datasets", { name: exercise.replaceAll(" ", "-"), kind: "sequence", sequences });
    for (const [network, architecture] of Object.entries(networks)) {
      const name = `${exercise}-${network}`.replaceAll(/[ ,]+/g, "-");
      const sequence = { ...sizes, loss: "cross_entropy" };
      await post("/v1/models", { name, task: "sequence", architecture, sequence });
      const training = {
        steps,
        batch_size: 64,
        learning_rate: 0.005,
        seed: 1,
        checkpoint_every: 250,
        sample_every: null,
      };
      const { id } = await post("/v1/jobs", { model: name, dataset: dataset.id, training });
      let job = await get(`/v1/jobs/${id}?wait_ms=60000`);
      while (["queued", "running"].includes(job.status)) job = await get(`/v1/jobs/${id}?wait_ms=60000`);
      const { accuracy, sequence_accuracy: whole, baseline_accuracy: chance } = job.metrics;
      console.log(
        `| ${exercise} | ${network} | ${steps} | ${[accuracy, whole, chance].map((share) => share.toFixed(3)).join(" | ")} |`,
      );
    }
  }
  console.log(await attentionOf(post, exercises.reversal.sequences.slice(0, 200)));
});

/** How often an output of the reversal looks most at the step as far from the other end. */
async function attentionOf(post, sequences) {
  let [right, all] = [0, 0];
  for (let from = 0; from < sequences.length; from += 50) {
    const inputs = sequences.slice(from, from + 50).map((sequence) => sequence.inputs);
    const body = { inputs, include: ["attention"] };
    const { outputs } = await post("/v1/models/reversal-bidirectional-attention/predict", body);
    for (const { attention } of outputs) {
      for (const [step, row] of attention.entries()) {
        all += 1;
        if (row.indexOf(Math.max(...row)) === attention.length - 1 - step) right += 1;
      }
    }
  }
  return `\nreversal, attention: ${right} of ${all} outputs look most at the mirrored step (${((100 * right) / all).toFixed(1)} %)`;
}
