/** Naive2's errors on the hourly test set, as published by the competition (Makridakis et al. 2020): what OWA is relative to. */
const naive2 = { smape: 18.383, mase: 2.395 };
const season = 24;

/** Mean sMAPE in per cent, mean MASE, OWA and the share of values between the quantiles 0.1 and 0.9; medians are the point forecasts. */
export function scoreM4(histories, tests, outputs) {
  const sum = { smape: 0, mase: 0, inside: 0, values: 0 };
  for (const [index, { target: actual }] of tests.entries()) {
    const { target: history } = histories[index];
    const { median, quantiles } = outputs[index];
    const errors = actual.map((value, step) => Math.abs(value - median[step]));
    const shares = actual.map((value, step) => (200 * errors[step]) / (Math.abs(value) + Math.abs(median[step]) || 1));
    sum.smape += mean(shares);
    sum.mase += mean(errors) / seasonalChange(history);
    sum.values += actual.length;
    sum.inside += actual.filter(
      (value, step) => value >= quantiles["0.1"][step] && value <= quantiles["0.9"][step],
    ).length;
  }
  const smape = sum.smape / tests.length;
  const mase = sum.mase / tests.length;
  const owa = (smape / naive2.smape + mase / naive2.mase) / 2;
  return { smape, mase, owa, coverage: sum.inside / sum.values };
}

/** What a seasonal naive forecast one season ahead is wrong by within the history: the scale of MASE (Hyndman and Koehler 2006). */
function seasonalChange(history) {
  return mean(history.slice(season).map((value, step) => Math.abs(value - history[step])));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
