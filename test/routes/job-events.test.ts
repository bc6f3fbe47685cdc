import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { listen, openSocket } from "../listen.ts";
import { seedText } from "../seed.ts";

type Event = { seq: number; type: string };

/** A job that trains, and the run behind it. */
async function trainingJob() {
  const built = await buildApp();
  await seedText(built.app);
  const { body } = await call(built.app, "POST /v1/jobs", {
    model: "writer",
    dataset: "hamlet",
    training: { steps: 100 },
  });
  const run = await built.trainers.run(1);
  run.start();
  return { ...built, run, path: `/v1/jobs/${body.id}/events` };
}

const seqs = (events: readonly unknown[]) => events.map((event) => (event as Event).seq);
const count = (last: number, after = 0) => Array.from({ length: last - after }, (_, index) => after + index + 1);
const sse = (more: Record<string, string> = {}) => ({ headers: { accept: "text/event-stream", ...more } });
const eventsIn = (text: string): Event[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ""));

test("JSON, event stream and socket give one sequence, whoever joins when", async () => {
  const { app, run, path } = await trainingJob();
  const early = await openSocket(app, path);
  run.trainTo(5);
  await early.frame(({ type, step }) => type === "step-end" && step === 5);
  const late = await openSocket(app, path);
  const streaming = call(app, `GET ${path}`, undefined, sse());
  run.trainTo(8);
  run.succeed();
  expect((await early.closed).code).toBe(1000);
  expect((await late.closed).code).toBe(1000);
  const { body } = await call(app, `GET ${path}`);
  expect(seqs(body.data)).toEqual(count(11)); // queued, start, 8 steps, end
  expect(body.has_more).toBe(false);
  expect(early.frames).toEqual(body.data);
  expect(late.frames).toEqual(body.data);
  expect(eventsIn((await streaming).text)).toEqual(body.data);
});

test("who comes back goes on where it was: after, Last-Event-ID, and 204 when there is no more", async () => {
  const { app, run, path } = await trainingJob();
  run.trainTo(8);
  run.succeed();
  await call(app, `GET ${path.replace("/events", "")}?wait_ms=60000`);
  expect(seqs((await call(app, `GET ${path}?after=4`)).body.data)).toEqual(count(11, 4));
  const page = (await call(app, `GET ${path}?limit=3`)).body;
  expect([seqs(page.data), page.has_more, page.next_cursor]).toEqual([[1, 2, 3], true, "3"]);
  const socket = await openSocket(app, `${path}?after=9`);
  await socket.closed;
  expect(seqs(socket.frames)).toEqual([10, 11]);
  const back = await call(app, `GET ${path}`, undefined, sse({ "last-event-id": "6" }));
  expect(seqs(eventsIn(back.text))).toEqual(count(11, 6));
  expect((await call(app, `GET ${path}`, undefined, sse({ "last-event-id": "11" }))).status).toBe(204);
});

test("a job that is not there is a 404 before any upgrade or stream", async () => {
  const { app } = await buildApp();
  await expect(openSocket(app, "/v1/jobs/job_1/events")).rejects.toThrow("404");
  expect((await call(app, "GET /v1/jobs/job_1/events", undefined, sse())).body.code).toBe("job_not_found");
  await expect(openSocket(app, "/v1/models")).rejects.toThrow(); // no socket lives there
});

test("an events socket only speaks", async () => {
  const { app, path } = await trainingJob();
  const socket = await openSocket(app, path);
  socket.send({ type: "generate" });
  expect((await socket.closed).code).toBe(1008);
  expect(socket.frames.at(-1)).toMatchObject({ type: "error", error: { code: "request_invalid" } });
});

test("a slow reader makes its own stream wait, and nobody else's; what is unread stays bounded", async () => {
  const { app, run, path } = await trainingJob();
  const port = await listen(app);
  const slow = await openSocket(port, path);
  const fast = await openSocket(port, path);
  slow.socket.pause();
  const text = "x".repeat(4000);
  for (let step = 1; step <= 4000; step++) run.emit({ type: "sample", step, text });
  run.succeed();
  await fast.closed;
  expect(seqs(fast.frames)).toEqual(count(4003));
  const unread = [...app.websocketServer.clients].map(({ bufferedAmount }) => bufferedAmount);
  expect(Math.max(...unread)).toBeGreaterThan(0);
  expect(Math.max(...unread)).toBeLessThan(512 * 1024);
  slow.socket.resume();
  await slow.closed;
  expect(slow.frames).toEqual(fast.frames);
});
