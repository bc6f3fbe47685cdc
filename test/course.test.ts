import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeCheckpoint } from "../src/rnn/checkpoint.ts";
import { buildApp } from "./build-app.ts";
import { randomTextCheckpoint } from "./rnn/serving/random-text-checkpoint.ts";
import { giveCheckpoint } from "./seed.ts";

const page = readFileSync(new URL("../docs/course.md", import.meta.url), "utf8");
/** `post jobs '{...}'`, as the page's function sends it. */
const requests = [...page.matchAll(/^post (\w+) '(.*)'$/gm)].map(([, path, body]) => ({
  path,
  body: JSON.parse(body!),
}));

test("every request of the course page is taken", async () => {
  const { app } = await buildApp();
  for (const [name, text] of [
    ["verse", "to be, or not to be: that is the question.\n"],
    ["other", "a rose is a rose is a rose; she sells sea shells.\n"],
  ] as const) {
    await app.store.datasets.create({ format: "json", body: { name, kind: "text", text: text.repeat(42) } });
    expect(page).toContain(text.trim());
  }
  expect(requests.length).toBeGreaterThan(20);
  let isTrained = false;
  for (const { path, body } of requests) {
    if (body.training?.init_from && !isTrained) {
      // The job before it would have made one.
      await giveCheckpoint(app, body.model, "verse");
      const { path: file } = await app.store.models.checkpoint(body.model);
      await writeCheckpoint(file, randomTextCheckpoint({ units: 32 }, await app.store.datasets.characters("verse")));
      isTrained = true;
    }
    const reply = await app.inject({ method: "POST", url: `/v1/${path}`, payload: body });
    expect(reply.statusCode, `${JSON.stringify(body)}\n${reply.body}`).toBe(path === "jobs" ? 202 : 201);
  }
});

test("the course page names every option of a job's training", async () => {
  const { TrainingRequest } = await import("../src/schemas/jobs.ts");
  const used = new Set(requests.flatMap(({ body }) => Object.keys(body.training ?? {})));
  const elsewhere = ["epochs", "validation_fraction", "sample_prompt", "sample_length", "auto"];
  const missing = Object.keys(TrainingRequest.properties).filter(
    (name) => !used.has(name) && !elsewhere.includes(name),
  );
  expect(missing).toEqual([]);
});
