import { randomInt } from "node:crypto";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { Forecast, ForecastBody } from "../schemas/forecast.ts";
import { checkForecast } from "./check-forecast.ts";
import { drawForecast } from "./draw-forecast.ts";
import { asksForPicture, pictureContent, sendPicture } from "./send-picture.ts";

const bodyLimitBytes = 8 * 1024 ** 2;

export const forecastRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/forecast",
    {
      config: { scope: "infer" },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Forecast series",
        description:
          "Up to 1024 series at once: mean, median and quantiles that never cross, on request sample paths, with the times of each step where the input names times. A model that learned from covariates needs them with every series, the future ones up to the end of its horizon; to any other they are a fault. With `Accept: image/svg+xml` a plot of one series.",
        tags: ["Forecasts"],
        params: Type.Object({ id: Reference }),
        body: ForecastBody,
        response: {
          200: {
            description: "The forecasts.",
            content: { "application/json": { schema: Forecast }, ...pictureContent },
          },
        },
      },
    },
    async (request, reply) => {
      const { inputs } = request.body;
      const isPicture = asksForPicture(request);
      if (isPicture && inputs.length > 1) throw onePicture(inputs.length);
      const { text, timings } = await runForecast(app, request.params.id, request.body);
      reply.header("server-timing", `queue;dur=${timings.queue_ms}, compute;dur=${timings.compute_ms}`);
      if (isPicture) return sendPicture(reply, drawForecast(JSON.parse(text) as Forecast, inputs[0]!));
      reply.header("content-type", "application/json; charset=utf-8");
      // A text goes out as it is.
      return reply.send(text as unknown as Forecast);
    },
  );
};

function onePicture(inputs: number) {
  const message = `expected one series for a picture, got ${inputs}`;
  const hint = "send one input, or accept application/json";
  return appError("validation_failed", `/inputs: ${message}`, {
    errors: [{ pointer: "/inputs", code: "length", message, value: inputs, allowed: 1, hint }],
  });
}

async function runForecast(app: FastifyInstance, reference: string, body: ForecastBody) {
  const model = await app.store.models.serving(reference, "forecast", body.checkpoint);
  const { checkpoint } = model;
  checkForecast(body, model);
  const seed = body.seed ?? randomInt(2 ** 32);
  const { outputs, series, ...answer } = await app.inference.forecast({
    checkpoint,
    inputs: body.inputs,
    horizon: body.horizon ?? null,
    quantiles: body.quantiles ?? null,
    paths: body.samples === undefined ? null : { count: body.samples, seed },
  });
  app.metrics.forecasts.inc(series);
  const facts = { object: "forecast" as const, model: model.id, checkpoint: checkpoint.id };
  const rest: Omit<Forecast, "outputs"> = { ...facts, ...(body.samples === undefined ? {} : { seed }), ...answer };
  return { text: `${JSON.stringify(rest).slice(0, -1)},"outputs":${outputs}}`, timings: answer.timings };
}
