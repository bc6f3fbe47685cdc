import { expect, test } from "vitest";
import { Metrics } from "../../src/plugins/service-metrics.ts";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster, seedWriter } from "../seed.ts";

test("/metrics counts requests, steps, loss, characters, forecasts, queues, streams and the event loop", async () => {
  const { app, trainers } = await buildApp();
  await seedWriter(app);
  await seedForecaster(app);
  const { body: job } = await call(app, "POST /v1/jobs", { model: "writer", dataset: "hamlet" });
  const run = await trainers.run(1);
  run.start();
  run.trainTo(4);
  run.succeed();
  await call(app, `GET /v1/jobs/${job.id}?wait_ms=60000`);
  await call(app, "POST /v1/models/writer/generate", { max_tokens: 12 });
  await call(app, "POST /v1/models/seer/forecast", { inputs: [{ target: [1, 2, 3, 4] }] });
  await call(app, "GET /v1/nothing");
  const { text, headers } = await call(app, "GET /metrics");
  expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of [
    'unroll_http_request_duration_seconds_count{method="POST",route="/v1/models/:id/generate",status="200"} 1',
    'unroll_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
    "unroll_training_steps_total 4",
    `unroll_training_loss{job="${job.id}"} 0.25`,
    'unroll_jobs_ended_total{status="succeeded"} 1',
    "unroll_generated_characters_total 12",
    "unroll_forecast_series_total 1",
    "unroll_jobs_queued 0",
    "unroll_jobs_running 0",
    "unroll_training_slots 1",
    "unroll_text_streams_open 0",
    "unroll_sockets_open 0",
  ]) {
    expect.soft(text).toContain(`${line}\n`);
  }
  expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
  expect(text).toMatch(/process_resident_memory_bytes \d/);
});

test("however many jobs there are, the loss has twenty series at most", async () => {
  const metrics = new Metrics();
  const numbers = { step: 1, epoch: 1, loss: 1, learning_rate: 1, gradient_norm: 1, tokens_per_second: 1, eta_ms: 1 };
  for (let job = 0; job < 100; job++) {
    metrics.countEvent({ type: "step-end", ...numbers, seq: 1, job: `job_${job}`, at: "2026-01-01T00:00:00.000Z" });
  }
  const text = await metrics.registry.metrics();
  expect(text.match(/unroll_training_loss\{/g)).toHaveLength(20);
  expect(text).toContain('unroll_training_loss{job="job_99"} 1');
});
