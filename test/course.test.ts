import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TrainingRequest } from "../src/schemas/jobs.ts";

const page = readFileSync(new URL("../docs/course.md", import.meta.url), "utf8");
/** `train '{...}'`, as the page's function sends it. */
const jobs = [...page.matchAll(/^train '(.*)'$/gm)].map(([, body]) => JSON.parse(body!));

test("the course page names every option of a job's training", () => {
  const used = new Set(jobs.flatMap(({ training }) => Object.keys(training)));
  const elsewhere = ["epochs", "validation_fraction", "sample_prompt", "sample_length", "auto", "precision"];
  const missing = Object.keys(TrainingRequest.properties).filter(
    (name) => !used.has(name) && !elsewhere.includes(name),
  );
  expect(missing).toEqual([]);
});
