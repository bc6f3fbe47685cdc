import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { seedForecaster, seedText, seedWriter } from "../seed.ts";

const submission = { model: "writer", dataset: "hamlet", training: { steps: 100, seed: 1 } };

async function ready() {
  const built = await buildApp();
  await seedText(built.app);
  return { ...built, submit: (more: object = {}) => call(built.app, "POST /v1/jobs", { ...submission, ...more }) };
}

test("a job is accepted with every setting in effect, and its address", async () => {
  const { submit, app } = await ready();
  const { status, body, headers } = await submit();
  expect(status).toBe(202);
  expect(headers.location).toBe(`/v1/jobs/${body.id}`);
  expect(body.training).toMatchObject({ steps: 100, epochs: null, seed: 1, optimizer: "adam", early_stopping: null });
  expect((await call(app, `GET ${headers.location}`)).body.id).toBe(body.id);
});

test("two jobs queue; the second shows its place and can be cancelled there", async () => {
  const { app, submit, trainers } = await ready();
  const first = (await submit()).body;
  await trainers.run(1);
  const second = (await submit()).body;
  expect(second).toMatchObject({ status: "queued", queue_position: 1 });
  const list = await call(app, "GET /v1/jobs?status=queued");
  expect(list.body.data.map(({ id, queue_position }: Record<string, unknown>) => [id, queue_position])).toEqual([
    [second.id, 1],
  ]);
  expect((await call(app, `POST /v1/jobs/${second.id}/cancel`)).body).toMatchObject({
    status: "cancelled",
    queue_position: null,
  });
  expect((await call(app, `POST /v1/jobs/${first.id}/cancel`)).body.status).toBe("cancelled");
  expect(trainers.runs[0]?.stops).toEqual(["cancel"]);
  expect((await call(app, `POST /v1/jobs/${first.id}/cancel`)).body.code).toBe("job_state");
});

test("a job is paused and taken up again", async () => {
  const { app, submit, trainers } = await ready();
  const { id } = (await submit()).body;
  const run = await trainers.run(1);
  run.start();
  expect((await call(app, `POST /v1/jobs/${id}/pause`)).body.status).toBe("paused");
  expect((await call(app, `POST /v1/jobs/${id}/resume`)).body.status).toMatch(/queued|running/);
  await trainers.run(2);
});

test("a caller may wait for the end, no longer than it says", async () => {
  const { app, submit, trainers } = await ready();
  const { id } = (await submit()).body;
  const run = await trainers.run(1);
  expect((await call(app, `GET /v1/jobs/${id}?wait_ms=1`)).body.status).toBe("running");
  const waiting = call(app, `GET /v1/jobs/${id}?wait_ms=60000`);
  run.start();
  run.trainTo(3);
  run.succeed();
  expect((await waiting).body).toMatchObject({ status: "succeeded", progress: { step: 3 } });
});

test("lists go by model and page; checkpoints are listed", async () => {
  const { app } = await buildApp();
  await seedWriter(app);
  const { checkpoint } = await seedForecaster(app);
  const all = await call(app, "GET /v1/jobs?limit=1");
  expect(all.body).toMatchObject({ object: "list", has_more: true });
  const next = await call(app, `GET /v1/jobs?limit=1&after=${all.body.next_cursor}`);
  expect(next.body.has_more).toBe(false);
  const seers = await call(app, "GET /v1/jobs?model=seer");
  expect(seers.body.data).toHaveLength(1);
  const checkpoints = await call(app, `GET /v1/jobs/${seers.body.data[0].id}/checkpoints`);
  expect(checkpoints.body.data.map(({ id }: { id: string }) => id)).toEqual([checkpoint]);
  expect((await call(app, "GET /v1/jobs?model=nobody")).body.code).toBe("model_not_found");
});

test("bf16 is for a service whose engine has it: /health/ready lists it", async () => {
  const { submit, app, inference } = await ready();
  const training = { steps: 100, precision: "bf16" };
  const refused = await submit({ training });
  expect(refused.status).toBe(422);
  expect(refused.body.errors).toMatchObject([
    { pointer: "/training/precision", code: "conflict", value: "bf16", allowed: ["fp32"] },
  ]);
  inference.loaded = { ...inference.loaded!, level: "fused", precisions: ["fp32", "bf16"] };
  expect((await call(app, "GET /health/ready")).body.backend.precisions).toEqual(["fp32", "bf16"]);
  const accepted = await submit({ training });
  expect(accepted.status).toBe(202);
  expect(accepted.body.training.precision).toBe("bf16");
});

test("a precision that there is not is refused with those that there are", async () => {
  const { submit } = await ready();
  const { status, body } = await submit({ training: { precision: "fp16" } });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ pointer: "/training/precision", value: "fp16", allowed: ["fp32", "bf16"] }]);
});
