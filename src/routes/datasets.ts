import multipart from "@fastify/multipart";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Reference } from "../schemas/common.ts";
import { Dataset, DatasetBody, DatasetPreview, DatasetUpload } from "../schemas/datasets.ts";
import { Page, PageQuery } from "../schemas/paging.ts";
import { readUpload } from "./read-upload.ts";

const tags = ["Datasets"];
const params = Type.Object({ id: Reference });

/** A JSON body is held in memory and parsed at once; anything larger comes as a file, which is streamed to disk. */
const jsonLimitBytes = 16 * 1024 ** 2;

const uploadForm = Type.Object({
  ...DatasetUpload.properties,
  file: Type.String({ format: "binary", description: "A .txt, .csv or .jsonl file; the last part of the form." }),
});

const create = {
  summary: "Add a dataset",
  description: `JSON up to ${jsonLimitBytes / 1024 ** 2} MiB, or a form with a file of any size up to UNROLL_MAX_UPLOAD_BYTES: .txt for a text, .csv (long or wide) or .jsonl for series, .csv (a step a row: sequence,step,x1,...,y1,...) or .jsonl ({inputs, targets} a line) for sequences.`,
  tags,
  response: { 201: Dataset },
};

export const datasetRoutes: FastifyPluginAsyncTypebox = async (app) => {
  // In this scope alone: elsewhere a form is a 415. The store counts the bytes of the file.
  await app.register(multipart, {
    limits: { fileSize: Number.MAX_SAFE_INTEGER, files: 1, fields: 8, fieldSize: 4096, parts: 10, headerPairs: 20 },
  });
  const checkBody = app.compileCheck(DatasetBody);
  const checkUpload = app.compileCheck(DatasetUpload);

  app.post(
    "/v1/datasets",
    {
      config: {
        scope: "train",
        idempotent: true,
        takesUpload: true,
        documentedBody: { "application/json": DatasetBody, "multipart/form-data": uploadForm },
      },
      bodyLimit: jsonLimitBytes,
      schema: create,
    },
    async (request, reply) => {
      const dataset = await app.store.datasets.create(
        request.isMultipart()
          ? await readUpload(request, checkUpload)
          : { format: "json", body: checkBody(request.body) },
      );
      return reply.code(201).header("location", `/v1/datasets/${dataset.id}`).send(dataset);
    },
  );
  app.get(
    "/v1/datasets",
    {
      config: { scope: "read" },
      schema: { summary: "List datasets", tags, querystring: PageQuery, response: { 200: Page(Dataset) } },
    },
    (request) => app.store.datasets.list(request.query),
  );
  app.get(
    "/v1/datasets/:id",
    { config: { scope: "read" }, schema: { summary: "Get a dataset", tags, params, response: { 200: Dataset } } },
    (request) => app.store.datasets.get(request.params.id),
  );
  app.get(
    "/v1/datasets/:id/preview",
    {
      config: { scope: "read" },
      schema: { summary: "Look into a dataset", tags, params, response: { 200: DatasetPreview } },
    },
    (request) => app.store.datasets.preview(request.params.id),
  );
  app.delete(
    "/v1/datasets/:id",
    {
      config: { scope: "train" },
      schema: { summary: "Delete a dataset", tags, params, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await app.store.datasets.remove(request.params.id);
      return reply.code(204).send(null);
    },
  );
};
