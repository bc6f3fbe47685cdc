import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { Prediction, PredictionBody } from "../schemas/prediction.ts";
import { drawAttention } from "./draw-attention.ts";
import { asksForPicture, pictureContent, sendPicture } from "./send-picture.ts";

const bodyLimitBytes = 8 * 1024 ** 2;

export const predictRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/predict",
    {
      config: { scope: "infer" },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Run a model forward over inputs",
        description:
          "The plain forward pass of any trained model: its outputs and final state, and on request hidden states, gates and attention of every step. With `Accept: image/svg+xml` the attention of one input as a heat map.",
        tags: ["Predictions"],
        params: Type.Object({ id: Reference }),
        body: PredictionBody,
        response: {
          200: {
            description: "The outputs.",
            content: { "application/json": { schema: Prediction }, ...pictureContent },
          },
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const isPicture = asksForPicture(request);
      if (isPicture && body.inputs.length > 1) throw onePicture(body.inputs.length);
      const asked = isPicture ? { ...body, include: ["attention" as const] } : body;
      const { name, ...prediction } = await predict(app, request.params.id, asked);
      const { queue_ms, compute_ms } = prediction.timings;
      reply.header("server-timing", `queue;dur=${queue_ms}, compute;dur=${compute_ms}`);
      return isPicture ? sendPicture(reply, drawAttention(name, prediction, body)) : reply.send(prediction);
    },
  );
};

async function predict(
  app: FastifyInstance,
  reference: string,
  { inputs, initial_state: initialState, include = [], ...body }: PredictionBody,
): Promise<Prediction & { name: string }> {
  const { id, name, task } = await app.store.models.get(reference);
  const checkpoint = await app.store.models.checkpoint(id, body.checkpoint);
  const prediction = await app.inference.predict({ checkpoint, inputs, initialState: initialState ?? null, include });
  return { object: "prediction", name, model: id, checkpoint: checkpoint.id, task, ...prediction };
}

function onePicture(inputs: number) {
  const message = `expected one input for a picture, got ${inputs}`;
  const hint = "send one input, or accept application/json";
  return appError("validation_failed", `/inputs: ${message}`, {
    errors: [{ pointer: "/inputs", code: "length", message, value: inputs, allowed: 1, hint }],
  });
}
