import { describe, expect, test } from "vitest";
import { cardMarkdown } from "../../src/routes/card-markdown.ts";
import { writeModelCard } from "../../src/routes/write-model-card.ts";
import type { Metrics } from "../../src/schemas/common.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster, seedText, seedWriter } from "../seed.ts";

const forecastMetrics: Metrics = {
  ...{ mase: 0.6, smape: 9, skill: 0.5, holdout_series: 7, train_loss: 0.1 },
  ...{ naive_mase: 2, seasonal_naive_mase: 1.2, drift_smape: 20, naive2_weighted_quantile_loss: 0.3 },
};
const textMetrics: Metrics = {
  ...{ bits_per_character: 3, validation_loss: 2.08 },
  ...{ ngram_1_bits_per_character: 4, ngram_5_bits_per_character: 2.5 },
};

async function cardOf(seed: typeof seedForecaster, metrics: Metrics) {
  const { app } = await buildApp();
  const { model, dataset, checkpoint } = await seed(app);
  const [job] = (await app.store.jobs.list({ limit: 1 })).data;
  const ended = { ...job!, metrics: { peak_memory_bytes: 3e8 } };
  return writeModelCard({ model: await app.store.models.get(model.id), checkpoint, metrics, job: ended, dataset });
}

describe("what the card says", () => {
  test("of a forecaster: its errors beside each baseline's", async () => {
    const card = await cardOf(seedForecaster, forecastMetrics);
    expect(card.metrics).toEqual({ mase: 0.6, smape: 9, skill: 0.5, holdout_series: 7, train_loss: 0.1 });
    expect(card.baselines).toEqual([
      { name: "naive", metrics: { mase: 2 } },
      { name: "seasonal_naive", metrics: { mase: 1.2 } },
      { name: "drift", metrics: { smape: 20 } },
      { name: "naive2", metrics: { weighted_quantile_loss: 0.3 } },
    ]);
    expect(card).toMatchObject({ skill: 0.5, warnings: [], training: { peak_memory_bytes: 3e8 } });
    expect(card.data.split).toContain("the last 3 values of 7 series");
  });

  test("of a forecaster of few series: from how many points, and how far the network is trusted", async () => {
    const few = { ...forecastMetrics, holdout_series: 1, holdout_windows: 13, blend_weight: 0.75 };
    const { split } = (await cardOf(seedForecaster, few)).data;
    expect(split).toContain("the last 3 values or more of 1 series, forecast from 13 points, were never trained on");
    expect(split).toContain("the network's median is moved 75 % of the way");
  });

  test("of a text model: worse than the best n-gram is said loudly", async () => {
    const card = await cardOf(seedWriter, textMetrics);
    expect(card.skill).toBeCloseTo(1 - 3 / 2.5, 12);
    expect(card.warnings).toEqual([{ code: "worse_than_naive", message: expect.stringContaining("20.0 %") }]);
    expect(card.data.split).toContain("10 % of the text");
    expect(cardMarkdown(card)).toContain("> **worse_than_naive**");
  });

  test("of a model that nothing was held out for", async () => {
    expect((await cardOf(seedForecaster, { train_loss: 1 })).warnings).toMatchObject([{ code: "not_compared" }]);
  });
});

describe("GET /v1/models/:id/card", () => {
  test("JSON, with the data's hash, also when asked for nothing else", async () => {
    const { app } = await buildApp();
    const { model, dataset, checkpoint } = await seedForecaster(app);
    const { status, body } = await call(app, "GET /v1/models/seer/card");
    expect(status).toBe(200);
    expect(body).toMatchObject({ object: "model_card", model: model.id, checkpoint, data: { sha256: dataset.sha256 } });
    expect(body.training.settings.batch_size).toBe(2);
  });

  test("Markdown, and it outlives its dataset", async () => {
    const { app } = await buildApp();
    await seedForecaster(app);
    expect((await call(app, "DELETE /v1/datasets/sales")).status).toBe(204);
    const reply = await app.inject({ url: "/v1/models/seer/card?format=markdown" });
    expect(reply.headers["content-type"]).toBe("text/markdown; charset=utf-8");
    expect(reply.body).toMatch(/^# seer\n/);
    expect(reply.body).toContain("| `horizon` | `3` |");
    expect(reply.body).toContain("(deleted)");
  });

  test("not before the first checkpoint", async () => {
    const { app } = await buildApp();
    await seedText(app);
    const { status, body } = await call(app, "GET /v1/models/writer/card");
    expect([status, body.code]).toEqual([409, "model_untrained"]);
  });
});
