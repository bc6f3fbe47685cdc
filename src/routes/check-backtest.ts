import { appError, type ErrorDetail } from "../errors.ts";
import type { BacktestBody } from "../schemas/backtest.ts";
import type { Model } from "../schemas/models.ts";
import { checkForecast } from "./check-forecast.ts";

/** Numbers that one JSON reply may hold. */
const mostNumbers = 1_000_000;

const refuse = (...errors: ErrorDetail[]) =>
  appError("validation_failed", `${errors[0]!.pointer}: ${errors[0]!.message}`, { errors });

/** What a schema cannot say about a backtest. Throws validation_failed. */
export function checkBacktest(body: BacktestBody, model: Pick<Model, "forecast">): void {
  const { dataset, inputs, refit } = body;
  if ((dataset === undefined) === (inputs === undefined)) {
    const message =
      dataset === undefined
        ? "expected a dataset or inputs, got neither"
        : "expected either dataset or inputs, got both";
    throw refuse({ pointer: dataset === undefined ? "" : "/inputs", code: "exclusive", message });
  }
  if (refit) {
    throw refuse({
      pointer: "/refit",
      code: "unsupported",
      message: "expected false: a backtest takes the model as it is",
      value: true,
      allowed: [false],
      hint: "for each cut-off, make a dataset that ends there and start a job on a new model, then forecast from the same values",
    });
  }
  checkForecast({ ...body, inputs: inputs ?? [] }, model);
}

/** Refuses what would not fit into one reply. */
export function checkReplySize(body: BacktestBody, series: number, { forecast }: Pick<Model, "forecast">): void {
  const horizon = body.horizon ?? forecast?.horizon ?? 1;
  const levels = (body.quantiles ?? forecast?.quantiles ?? []).length;
  const numbers = series * body.windows * horizon * (levels + 3);
  if (!body.include_forecasts || numbers <= mostNumbers) return;
  const message = `expected rows of at most ${mostNumbers} numbers in one reply, got up to ${numbers}: ${series} series, ${body.windows} windows, ${horizon} steps`;
  const hint =
    'ask for a stream ("stream": true), for the figures alone ("include_forecasts": false) or for fewer quantiles';
  throw refuse({ pointer: "/windows", code: "size", message, value: body.windows, hint });
}
