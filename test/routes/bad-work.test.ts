import { test } from "vitest";
import { expectRefusals } from "./expect-refusals.ts";

const training = (fields: object) => ({ body: { model: "writer", dataset: "hamlet", training: fields } });
const lastEvent = { headers: { accept: "text/event-stream", "last-event-id": "x" } };

test("jobs that cannot be done", () =>
  expectRefusals({
    "POST /v1/jobs": [
      ["epochs 0", "422 validation_failed /training/epochs", training({ epochs: 0 }), /1 to/],
      ["epochs 1e9", "422 validation_failed /training/epochs", training({ epochs: 1e9 })],
      ["epochs and steps", "422 validation_failed", training({ epochs: 1, steps: 1 })],
      ["batch 0", "422 validation_failed /training/batch_size", training({ batch_size: 0 })],
      ["learning rate 0", "422 validation_failed /training/learning_rate", training({ learning_rate: 0 }), /above 0/],
      ["unknown optimizer", "422 validation_failed /training/optimizer", training({ optimizer: "addam" }), /adam/],
      ["misspelt", "422 validation_failed /training/learningrate", training({ learningrate: 1 }), "learning_rate"],
      ["model not there", "404 model_not_found", { body: { model: "nobody", dataset: "hamlet" } }],
      ["dataset not there", "404 dataset_not_found", { body: { model: "writer", dataset: "nothing" } }],
      ["text model on series", "409 model_task_mismatch", { body: { model: "writer", dataset: "sales" } }],
    ],
    "GET /v1/jobs/JOB/events": [["no number", "422 validation_failed /headers/last-event-id", lastEvent]],
    "GET /v1/jobs/JOB/events?limit=3": [
      ["on a stream", "422 validation_failed /query/limit", { headers: { accept: "text/event-stream" } }],
    ],
    "POST /v1/jobs/JOB/pause": [["ended", "409 job_state", {}]],
  }));

const sample = (fields: object) => ({ body: fields });

test("texts that cannot be written", () =>
  expectRefusals({
    "POST /v1/models/writer/generate": [
      ["temperature -1", "422 validation_failed /temperature", sample({ temperature: -1 })],
      ["top_p 0", "422 validation_failed /top_p", sample({ top_p: 0 }), /above 0/],
      ["top_k 0", "422 validation_failed /top_k", sample({ top_k: 0 }), /or null/],
      ["max_tokens 1e9", "422 validation_failed /max_tokens", sample({ max_tokens: 1e9 })],
      ["10,000 stop strings", "422 validation_failed /stop", sample({ stop: Array(10_000).fill("x") })],
      ["a negative seed", "422 validation_failed /seed", sample({ seed: -1 })],
      ["misspelt", "422 validation_failed /max_token", sample({ max_token: 5 }), "max_tokens"],
      ["beyond the vocabulary", "422 prompt_characters_unknown /prompt", sample({ prompt: "snow ☃" })],
      ["a checkpoint of nobody", "404 checkpoint_not_found", sample({ checkpoint: "ckp_x" })],
    ],
    "POST /v1/models/seer/generate": [["a forecaster", "409 model_task_mismatch", sample({})]],
  }));

const input = (fields: object, more: object = {}) => ({
  body: { inputs: [{ target: [1, 2, 3, 4, 5], ...fields }], ...more },
});

test("forecasts that cannot be made", () =>
  expectRefusals({
    "POST /v1/models/writer/forecast": [["a writer", "409 model_task_mismatch", input({})]],
    "POST /v1/models/seer/forecast": [
      ["no inputs", "422 validation_failed /inputs", { body: { inputs: [] } }],
      ["too short", "422 history_too_short", input({ target: [1] })],
      ["horizon beyond", "422 validation_failed /horizon", input({}, { horizon: 4 }), /up to 3/],
      ["quantile beyond", "422 validation_failed /quantiles/1", input({}, { quantiles: [0.5, 0.99] })],
      [
        "start and timestamps",
        "422 validation_failed /inputs/0/timestamps",
        input({ start: "2026", timestamps: ["2026"] }),
      ],
      ["too few timestamps", "422 validation_failed /inputs/0/timestamps", input({ timestamps: ["2026-01-01"] })],
      ["frequency of nothing", "422 validation_failed /inputs/0/frequency", input({ frequency: "h" })],
    ],
  }));
