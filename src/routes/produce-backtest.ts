import type { FastifyInstance } from "fastify";
import { appError } from "../errors.ts";
import type { BacktestBody, BacktestEvent, BacktestForecast } from "../schemas/backtest.ts";

type ServingModel = Awaited<ReturnType<FastifyInstance["store"]["models"]["serving"]>>;
type Source = Parameters<FastifyInstance["inference"]["backtest"]>[0]["source"] & { series: number };

interface BacktestWork {
  model: ServingModel;
  body: BacktestBody;
  source: Source;
  signal: AbortSignal;
}
type Parts = Awaited<ReturnType<FastifyInstance["inference"]["backtest"]>>;

/** Starts the work; what is wrong with it is thrown before anything is sent. */
export function produceBacktest(app: FastifyInstance, { model, body, source, signal }: BacktestWork): Promise<Parts> {
  const { series, ...data } = source;
  return app.inference.backtest({
    checkpoint: model.checkpoint,
    source: data as Source,
    windows: body.windows,
    step: body.step ?? null,
    horizon: body.horizon ?? null,
    quantiles: body.quantiles ?? null,
    signal,
  });
}

/** As events, numbered from 1. */
export async function* backtestEvents(
  parts: Parts,
  { model, body, source }: Omit<BacktestWork, "signal">,
): AsyncGenerator<{ id: number; data: BacktestEvent & { seq: number } }> {
  let seq = 0;
  const numbered = (event: BacktestEvent) => ({ id: ++seq, data: { ...event, seq } });
  const horizon = body.horizon ?? model.forecast!.horizon;
  const facts = { model: model.id, checkpoint: model.checkpoint.id, series: source.series, windows: body.windows };
  yield numbered({ type: "backtest-start", ...facts, step: body.step ?? horizon, horizon });
  for await (const part of parts) {
    if (part.type === "end") yield numbered({ type: "backtest-end", ...part.end });
    else if (body.include_forecasts) {
      for (const row of part.rows) {
        yield numbered({ type: "backtest-forecast", ...(JSON.parse(row) as BacktestForecast) });
      }
    }
  }
}

/** As one JSON reply. */
export async function foldBacktest(parts: Parts, { model, body, signal }: BacktestWork) {
  const rows: string[] = [];
  for await (const part of parts) {
    if (part.type === "rows") {
      if (body.include_forecasts) rows.push(...part.rows);
      continue;
    }
    const facts = { object: "backtest", model: model.id, checkpoint: model.checkpoint.id, ...part.end };
    const text = JSON.stringify(facts);
    const whole = body.include_forecasts ? `${text.slice(0, -1)},"rows":[${rows.join(",")}]}` : text;
    return { text: whole, forecasts: part.end.forecasts, timings: part.end.timings };
  }
  throw signal.reason ?? appError("inference_unavailable", "the backtest ended before its end was told");
}
