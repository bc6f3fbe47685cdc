import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Default } from "typebox/value";
import { resolveTraining } from "../../dist/jobs/resolve-training.js";
import { Architecture } from "../../dist/schemas/models.js";

/** What a trainer is sent for a job on a text file: the same resolution of settings, with the defaults of the API. */
export async function trainingSpec({ architecture, training, text, folder }) {
  const content = await readFile(text, "utf8");
  const characters = [...content];
  const summary = {
    kind: "text",
    characters: characters.length,
    lines: content.split("\n").length,
    vocabulary_size: new Set(characters).size,
    rarest: [],
  };
  const complete = Default(Architecture, { ...architecture });
  const model = { task: "text", architecture: complete, forecast: null };
  return {
    job: "job_bench",
    model: "mdl_bench",
    attempt: 1,
    task: "text",
    architecture: complete,
    forecast: null,
    training: resolveTraining({ training, model, dataset: { summary }, precisions: ["fp32", "bf16"] }),
    dataset: { path: text, sha256: createHash("sha256").update(content).digest("hex"), summary },
    checkpointFolder: folder,
    resumeFrom: null,
    reportedStep: 0,
  };
}
