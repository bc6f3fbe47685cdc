import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import { Backtest, BacktestBody } from "../schemas/backtest.ts";
import { Reference } from "../schemas/common.ts";
import { asksForEvents } from "./asks-for-events.ts";
import { checkBacktest, checkReplySize } from "./check-backtest.ts";
import { backtestEvents, foldBacktest, produceBacktest } from "./produce-backtest.ts";

const bodyLimitBytes = 8 * 1024 ** 2;

const schema = {
  summary: "Backtest a forecaster",
  description:
    "Cuts each series at `windows` points, `step` values apart, the last one a horizon before its end; forecasts from the values before each cut-off alone, exactly as `forecast` does; and scores what it said beside a seasonal naive forecast. One JSON reply, or with `stream: true` or `Accept: text/event-stream` server-sent events as the work goes on: `backtest-start`, a `backtest-forecast` for each row, `backtest-end`. The weights are the model's own: on the data it was trained on, only the last horizon of each series (up to four and a fifth of it where there are fewer than 32 series and 2,000 values) is new to them, and `seen_in_training` says so row by row; that part chose the checkpoint and corrected the intervals.",
  tags: ["Forecasts"],
  params: Type.Object({ id: Reference }),
  body: BacktestBody,
  response: { 200: Backtest },
};

export const backtestRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/backtest",
    { config: { scope: "infer" }, bodyLimit: bodyLimitBytes, schema },
    async (request, reply) => {
      const { body } = request;
      const isStream = body.stream || asksForEvents(request);
      const model = await app.store.models.serving(request.params.id, "forecast", body.checkpoint);
      checkBacktest(body, model);
      const source = await findSource(app, body);
      if (!isStream) checkReplySize(body, source.series, model);
      const stream = app.streams.open("events", { keyId: request.key?.id ?? null, isReply: !isStream });
      reply.raw.once("close", () => stream.abort());
      const work = { model, body, source, signal: stream.signal };
      try {
        const parts = await produceBacktest(app, work);
        if (isStream) return reply.sendEvents(backtestEvents(parts, work), stream);
        const { text, forecasts, timings } = await foldBacktest(parts, work);
        stream.end();
        app.metrics.forecasts.inc(forecasts);
        reply.header("server-timing", `queue;dur=${timings.queue_ms}, compute;dur=${timings.compute_ms}`);
        reply.header("content-type", "application/json; charset=utf-8");
        // A text goes out as it is.
        return reply.send(text as unknown as Backtest);
      } catch (error) {
        stream.end();
        throw error;
      }
    },
  );
};

async function findSource(app: FastifyInstance, { dataset: reference, inputs = [] }: BacktestBody) {
  if (reference === undefined) return { type: "inputs" as const, inputs, series: inputs.length };
  const { dataset, path } = await app.store.datasets.file(reference);
  const { summary, sha256, kind } = dataset;
  if (summary.kind === "series") {
    return { type: "dataset" as const, path, sha256, frequency: summary.frequency, series: summary.series };
  }
  const message = `expected a dataset of series, got ${dataset.name}, a ${kind}`;
  const errors = [{ pointer: "/dataset", code: "kind", message, value: reference }];
  throw appError("validation_failed", `/dataset: ${message}`, { errors });
}
