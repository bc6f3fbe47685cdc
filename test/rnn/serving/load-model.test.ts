import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../../src/rnn/backend.ts";
import { type CheckpointContents, writeCheckpoint } from "../../../src/rnn/checkpoint.ts";
import { loadModel } from "../../../src/rnn/serving/load-model.ts";
import { LoadedModels } from "../../../src/rnn/serving/loaded-models.ts";
import { TextStreams } from "../../../src/rnn/serving/text-streams.ts";
import { TextTurns } from "../../../src/rnn/serving/text-turns.ts";
import { plainSampling } from "../../plain-sampling.ts";
import { randomForecastCheckpoint } from "./random-forecast-checkpoint.ts";
import { randomTextCheckpoint } from "./random-text-checkpoint.ts";

const sampling = {
  ...plainSampling,
  prompt: "ab",
  max_tokens: 5,
  temperature: 1,
  top_k: null,
  top_p: 1,
  min_p: 0,
  repetition_penalty: 1,
  stop: [],
  seed: 1,
};
const inputs = [{ target: Array.from({ length: 40 }, (_, month) => 10 + Math.sin(month)) }];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unroll-serving-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, contents: CheckpointContents): Promise<string> {
  const filePath = path.join(folder, `${name}.safetensors`);
  await writeCheckpoint(filePath, contents);
  return filePath;
}

describe("loadModel", () => {
  it("loads a model of text and one that forecasts", async () => {
    const text = await loadModel(await write("text", randomTextCheckpoint({ units: 16, layers: 2 }, [..."abc"])));
    expect(text).toMatchObject({ task: "text", vocabulary: { characters: ["a", "b", "c"] } });
    // At least its weights: 3 * 64 + 16 * 64 + 64, 32 * 64 + 64, 16 * 3 + 3, four bytes each
    expect(text.bytes).toBeGreaterThan(4 * (1280 + 2112 + 51));
    const forecaster = await loadModel(await write("forecast", randomForecastCheckpoint()));
    expect(forecaster).toMatchObject({ task: "forecast", forecaster: { horizon: 4 } });
    forecaster.dispose();
  });

  it("says which checkpoint is gone, and which is damaged", async () => {
    await expect(loadModel(path.join(folder, "ckp_1.safetensors"))).rejects.toMatchObject({
      code: "checkpoint_not_found",
      message: "the file of checkpoint ckp_1 is gone",
    });
    const cut = await write("cut", randomTextCheckpoint({}, [..."abc"]));
    await truncate(cut, 3000);
    await expect(loadModel(cut)).rejects.toMatchObject({ code: "checkpoint_corrupt" });
  });

  it("refuses weights that do not fit the architecture, and holds none of them", async () => {
    const contents = randomTextCheckpoint({ layers: 2 }, [..."abc"]);
    const architecture = { ...contents.description.architecture, units: 17 };
    const before = tf.memory().numTensors;
    const other = await write("other", { ...contents, description: { ...contents.description, architecture } });
    await expect(loadModel(other)).rejects.toMatchObject({ code: "checkpoint_corrupt" });
    expect(tf.memory().numTensors).toBe(before);
  });
});

it("holds as many tensors after 1,000 texts and 100 forecasts as before, and none when all is unloaded", async () => {
  const textPath = await write("text", randomTextCheckpoint({ layers: 2 }, [..."abc\n"]));
  const forecastPath = await write("forecast", randomForecastCheckpoint());
  const atFirst = tf.memory().numTensors;
  const models = new LoadedModels(loadModel, { count: 8, bytes: 2 ** 20 });
  const ended: number[] = [];
  const streams = new TextStreams(
    { models, turns: new TextTurns() },
    {
      started: () => undefined,
      delta: () => undefined,
      ended: (request) => ended.push(request),
      failed: (_, error) => expect.unreachable(String(error)),
    },
  );
  const forecast = async () => {
    const { model, giveBack } = await models.borrow(forecastPath);
    if (model.task === "forecast") model.forecaster.forecast(inputs, null, null);
    giveBack();
  };
  await forecast();
  const loaded = tf.memory().numTensors;
  for (let request = 0; request < 1000; request += 1) {
    await streams.open(request, textPath, { parameters: { ...sampling, seed: request }, session: null });
    if (request % 10 === 0) await forecast();
  }
  await expect.poll(() => ended.length).toBe(1000);
  expect(streams.size).toBe(0);
  expect(tf.memory().numTensors).toBe(loaded);

  models.unload(textPath);
  models.unload(forecastPath);
  await new Promise(setImmediate);
  expect(tf.memory().numTensors).toBe(atFirst);
});
