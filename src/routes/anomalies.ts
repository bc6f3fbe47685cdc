import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { appError, type ErrorDetail } from "../errors.ts";
import { Anomalies, AnomaliesBody } from "../schemas/anomalies.ts";
import { Reference } from "../schemas/common.ts";
import type { Model } from "../schemas/models.ts";
import { checkForecast } from "./check-forecast.ts";

const bodyLimitBytes = 8 * 1024 ** 2;

const schema = {
  summary: "Find values that a forecaster did not expect",
  description:
    "Judges each value of a series by a forecast from the values before it: how far it lies beyond the model's calibrated interval, and whether that is further than all but a few values of the hold-out. The first values of a series, which have too little history, get no score, and neither do missing ones. A value that is flagged stays in the history of those after it.",
  tags: ["Forecasts"],
  params: Type.Object({ id: Reference }),
  body: AnomaliesBody,
  response: { 200: Anomalies },
};

export const anomaliesRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/anomalies",
    { config: { scope: "infer" }, bodyLimit: bodyLimitBytes, schema },
    async (request, reply) => {
      const { inputs, levels, last_point_only: lastPointOnly, stride, checkpoint: asked } = request.body;
      const model = await app.store.models.serving(request.params.id, "forecast", asked);
      const { checkpoint } = model;
      checkForecast({ inputs }, model);
      checkStride(request.body, model);
      const question = { inputs, levels: levels ?? null, lastPointOnly, stride };
      const { outputs, points, ...answer } = await app.inference.anomalies({ checkpoint, ...question });
      app.metrics.forecasts.inc(Math.ceil(points / stride));
      const { queue_ms, compute_ms } = answer.timings;
      reply.header("server-timing", `queue;dur=${queue_ms}, compute;dur=${compute_ms}`);
      reply.header("content-type", "application/json; charset=utf-8");
      const facts = { object: "anomalies" as const, model: model.id, checkpoint: checkpoint.id };
      const rest: Omit<Anomalies, "outputs"> = { ...facts, ...answer };
      // A text goes out as it is.
      return reply.send(`${JSON.stringify(rest).slice(0, -1)},"outputs":${outputs}}` as unknown as Anomalies);
    },
  );
};

function checkStride({ stride, last_point_only }: AnomaliesBody, { forecast }: Pick<Model, "forecast">): void {
  const refuse = (fault: Omit<ErrorDetail, "pointer" | "value">) =>
    appError("validation_failed", `/stride: ${fault.message}`, {
      errors: [{ pointer: "/stride", value: stride, ...fault }],
    });
  const maximum = forecast?.horizon ?? 1;
  if (stride > maximum) {
    const message = `expected at most the model's horizon of ${maximum}, got ${stride}`;
    throw refuse({ code: "range", message, allowed: { maximum } });
  }
  if (last_point_only && stride !== 1) {
    throw refuse({ code: "exclusive", message: `expected 1 where the last value alone is scored, got ${stride}` });
  }
}
