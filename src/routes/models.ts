import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Default } from "typebox/value";
import { Reference } from "../schemas/common.ts";
import {
  Architecture,
  type ForecastSettings,
  Model,
  ModelBody,
  ModelPatch,
  type ResolvedForecastSettings,
  type SequenceSettings,
  type Task,
} from "../schemas/models.ts";
import { Page, PageQuery } from "../schemas/paging.ts";
import { type TextSettings, usualVocabularySize } from "../schemas/vocabulary.ts";
import { checkModel } from "./check-model.ts";

const tags = ["Models"];
const params = Type.Object({ id: Reference });

/** Models by id or name. What is created shows every setting in effect. */
export const modelRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models",
    {
      config: { scope: "train", idempotent: true },
      schema: {
        summary: "Create a model",
        description:
          "Untrained. What is left out has its default; the reply shows all. `forecast` is for forecasters, `sequence` for sequence models: they need it. `text` says what a text model reads and writes: characters, bytes, words or byte pairs.",
        tags,
        body: ModelBody,
        response: { 201: Model },
      },
    },
    async (request, reply) => {
      const model = await createModel(app, request.body as ModelBody);
      return reply.code(201).header("location", `/v1/models/${model.id}`).send(model);
    },
  );
  app.get(
    "/v1/models",
    {
      config: { scope: "read" },
      schema: { summary: "List models", tags, querystring: PageQuery, response: { 200: Page(Model) } },
    },
    (request) => app.store.models.list(request.query),
  );
  app.get(
    "/v1/models/:id",
    { config: { scope: "read" }, schema: { summary: "Get a model", tags, params, response: { 200: Model } } },
    (request) => app.store.models.get(request.params.id),
  );
  app.patch(
    "/v1/models/:id",
    {
      config: { scope: "train" },
      schema: { summary: "Rename or tag a model", tags, params, body: ModelPatch, response: { 200: Model } },
    },
    (request) => app.store.models.update(request.params.id, request.body),
  );
  app.delete(
    "/v1/models/:id",
    {
      config: { scope: "train" },
      schema: {
        summary: "Delete a model, its jobs and its sessions",
        tags,
        params,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      // After the files: what is asked for in between loads them no more.
      for (const path of await app.store.models.remove(request.params.id)) app.inference.unload(path);
      return reply.code(204).send(null);
    },
  );
};

/** Where nothing is said of it. Forecasts: on M4 Hourly a GRU of 64 beats an LSTM, and larger ones gain nothing. */
const usualArchitecture: Record<Task, Partial<Architecture>> = {
  text: {},
  sequence: {},
  forecast: { cell: "gru", units: 64 },
};

/** The validator has filled in the defaults of what is there; what is absent as a whole is filled in here. */
async function createModel(app: FastifyInstance, body: ModelBody): Promise<Model> {
  const { name, task, tags = [] } = body;
  const architecture = Default(Architecture, body.architecture ?? usualArchitecture[task]) as Architecture;
  const forecast = (body.forecast ?? null) as ForecastSettings | null;
  const sequence = (body.sequence ?? null) as SequenceSettings | null;
  const design = { task, architecture, forecast, sequence, text: textSettings(body) };
  checkModel(design);
  return app.store.models.create({ name, ...design, tags, parameter_count: await countParameters(app, design) });
}

type Design = Pick<Model, "task" | "architecture" | "forecast" | "sequence" | "text">;

/** Null but for a text model; one that says nothing of it reads characters. */
function textSettings({ task, text }: ModelBody): TextSettings | null {
  if (text === undefined && task !== "text") return null;
  const { vocabulary = "character", vocabulary_size: size } = text ?? {};
  const usual = vocabulary === "word" || vocabulary === "bpe" ? usualVocabularySize[vocabulary] : null;
  return { vocabulary, vocabulary_size: size ?? usual };
}

/** null while the data have something to decide: the vocabulary of a text, the "auto" settings of a forecaster. */
async function countParameters(app: FastifyInstance, { forecast, text, ...design }: Design): Promise<number | null> {
  const isByte = text?.vocabulary === "byte";
  if ((design.task === "text" && !isByte) || (forecast !== null && !isResolved(forecast))) return null;
  return app.inference.describe({ ...design, forecast, vocabularySize: isByte ? 256 : null });
}

function isResolved(forecast: ForecastSettings): forecast is ResolvedForecastSettings {
  return Object.entries(forecast).every(([name, value]) => value !== "auto" || name === "minimum"); // which has no weights
}
