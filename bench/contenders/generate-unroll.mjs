// Our text generation, by what the inference thread drives: TextStreams over a loaded checkpoint. Argument: JSON {checkpoint, precision}.
// A request {streams, characters, prompt, temperature} opens so many streams at once and answers when the last one has ended.
import { createInterface } from "node:readline";
import { Default } from "typebox/value";
import { loadModel } from "../../dist/rnn/serving/load-model.js";
import { LoadedModels } from "../../dist/rnn/serving/loaded-models.js";
import { TextStreams } from "../../dist/rnn/serving/text-streams.js";
import { TextTurns } from "../../dist/rnn/serving/text-turns.js";
import { GenerateBody } from "../../dist/schemas/generation.js";
import { writeLine } from "./write-line.mjs";

const { checkpoint, precision } = JSON.parse(process.argv[2]);
const models = new LoadedModels((path) => loadModel(path, precision), { count: 4, bytes: 2 ** 30 });
const texts = new Map();
let open = 0;
let finish = null;

const streams = new TextStreams(
  { models, turns: new TextTurns() },
  {
    started: () => undefined,
    delta: (request, { text }) => texts.set(request, (texts.get(request) ?? "") + text),
    ended: () => {
      open -= 1;
      if (open === 0) finish();
    },
    failed: (_request, error) => {
      throw error;
    },
  },
);

async function generate({ streams: count, characters, prompt, temperature }) {
  texts.clear();
  open = count;
  const ended = new Promise((resolve) => {
    finish = resolve;
  });
  const startMs = performance.now();
  for (let request = 0; request < count; request++) {
    const asked = { prompt, max_tokens: characters, temperature, seed: request };
    const { stream: _, ...parameters } = Default(GenerateBody, asked);
    void streams.open(request, checkpoint, { parameters, session: null });
  }
  await ended;
  return { duration_ms: performance.now() - startMs, characters: count * characters, text: texts.get(0) };
}

const loan = await models.borrow(checkpoint); // stays loaded from request to request
writeLine({ ready: { vocabulary: loan.model.vocabulary.toJSON() } });
for await (const line of createInterface({ input: process.stdin })) writeLine(await generate(JSON.parse(line)));
