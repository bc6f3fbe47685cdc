import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { Forecast, ForecastBody } from "../schemas/forecast.ts";
import { checkForecast } from "./check-forecast.ts";
import { drawForecast } from "./draw-forecast.ts";
import { refuseNonFinite } from "./refuse-non-finite.ts";
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
          "Up to 1024 series at once: mean, median and quantiles that never cross, with the times of each step where the input names times. With `Accept: image/svg+xml` a plot of one series.",
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
      const forecast = await runForecast(app, request.params.id, request.body);
      reply.header(
        "server-timing",
        `queue;dur=${forecast.timings.queue_ms}, compute;dur=${forecast.timings.compute_ms}`,
      );
      return isPicture ? sendPicture(reply, drawForecast(forecast, inputs[0]!)) : reply.send(forecast);
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

async function runForecast(app: FastifyInstance, reference: string, body: ForecastBody): Promise<Forecast> {
  const model = await app.store.models.serving(reference, "forecast", body.checkpoint);
  const { checkpoint } = model;
  checkForecast(body, model);
  const { horizon, outputs, calibration, timings } = await app.inference.forecast({
    checkpoint,
    inputs: body.inputs,
    horizon: body.horizon ?? null,
    quantiles: body.quantiles ?? null,
  });
  refuseNonFinite(outputs);
  app.metrics.forecasts.inc(outputs.length);
  return { object: "forecast", model: model.id, checkpoint: checkpoint.id, horizon, outputs, calibration, timings };
}
