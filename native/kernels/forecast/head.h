// The head of a forecaster: output = gelu([state, features] hidden + bias) output kernel + bias, row by row of a batch.
#pragma once
#include "kernels/forecast/calls.h"
#include "kernels/scratch.h"
#include "kernels/tile.h"

namespace unroll {
namespace {  // see vector.h

/** erf(x) for x >= 0: right to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
template <class P>
[[gnu::always_inline]] inline Vector<P> errorFunction(Vector<P> x) {
  const Vector<P> t = broadcast<P>(1.0f) / (broadcast<P>(1.0f) + broadcast<P>(0.3275911f) * x);
  Vector<P> sum = broadcast<P>(1.061405429f);
  sum = sum * t - broadcast<P>(1.453152027f);
  sum = sum * t + broadcast<P>(1.421413741f);
  sum = sum * t - broadcast<P>(0.284496736f);
  sum = sum * t + broadcast<P>(0.254829592f);
  return broadcast<P>(1.0f) - sum * t * exponential<P>(-x * x);
}

/** x P(X <= x), X standard normal. */
template <class P>
[[gnu::always_inline]] inline Vector<P> gelu(Vector<P> x) {
  const Vector<P> size = x < broadcast<P>(0.0f) ? -x : x;
  const Vector<P> erf = errorFunction<P>(size * broadcast<P>(0.70710678f));
  return broadcast<P>(0.5f) * (x + size * erf);
}

/** to[rows, columns] = bias + from weights. */
template <class P>
void applyDense(const DenseWeights& dense, RowOperand from, Index rows, Matrix to) {
  overTiles(rows, rowsPerTile<P>(dense.columns), [&](Index first, int count) {
    const Matrix tile{to.data + first * to.stride, to.stride};
    const RowOperand operand{from.data + first * from.rowStride, from.rowStride, from.depth};
    multiplyRows<P>(count, dense.columns, operand, ConstMatrix{dense.kernel, dense.columns}, tile,
                    ConstMatrix{dense.bias, 0});
  });
}

template <class P>
void runForecastHead(const ForecastHeadCall& call) {
  static thread_local Scratch joinedRows, hiddenRows;
  const Index inputs = call.units + call.features, hidden = call.hidden.columns;
  float* joined = joinedRows.atLeast(call.rows * inputs);
  float* values = hiddenRows.atLeast(call.rows * hidden);
  for (Index row = 0; row < call.rows; row++) {
    std::memcpy(joined + row * inputs, call.state + row * call.units, sizeof(float) * call.units);
    std::memcpy(joined + row * inputs + call.units, call.featureRows + row * call.features,
                sizeof(float) * call.features);
  }
  applyDense<P>(call.hidden, {joined, inputs, inputs}, call.rows, {values, hidden});
  for (Index i = 0; i < call.rows * hidden; i += P::lanes) store<P>(values + i, gelu<P>(load<P>(values + i)));
  applyDense<P>(call.output, {values, hidden, hidden}, call.rows, {call.corrections, call.output.columns});
}

}  // namespace
}  // namespace unroll
