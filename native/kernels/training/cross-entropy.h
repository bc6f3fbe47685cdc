// Softmax cross-entropy of token ids and its gradient in one pass over the logits.
#pragma once
#include <cmath>

#include "kernels/training/calls.h"
#include "kernels/vector.h"
#include "threads/thread-pool.h"

namespace unroll {
namespace {

/** Calls work(column, count) for each vector of a row; the last may be partly filled. */
template <class P, class Work>
[[gnu::always_inline]] inline void overRow(Index columns, const Work& work) {
  Index column = 0;
  for (; column + P::lanes <= columns; column += P::lanes) work(column, P::lanes);
  if (column < columns) work(column, int(columns - column));
}

template <class P>
[[gnu::always_inline]] inline Vector<P> loadPart(const float* from, int count, float rest) {
  if (count == P::lanes) return load<P>(from);
  Vector<P> value = broadcast<P>(rest);
  std::memcpy(&value, from, sizeof(float) * count);
  return value;
}
template <class P>
[[gnu::always_inline]] inline void storePart(float* to, int count, Vector<P> value) {
  if (count == P::lanes) return store<P>(to, value);
  std::memcpy(to, &value, sizeof(float) * count);
}

/** exp(logit - largest) into the gradient's row, then over their sum; the label's own less one; all over the rows. */
template <class P>
void crossEntropyRow(const CrossEntropyCall& call, Index row) {
  const float* logits = call.logits + row * call.classes;
  float* gradient = call.gradient + row * call.classes;
  float largest = logits[0];
  for (Index column = 1; column < call.classes; column++) largest = logits[column] > largest ? logits[column] : largest;
  Vector<P> sums{};
  overRow<P>(call.classes, [&](Index column, int count) {
    const Vector<P> power = exponential<P>(loadPart<P>(logits + column, count, -INFINITY) - broadcast<P>(largest));
    storePart<P>(gradient + column, count, power);
    Vector<P> counted = power;
    for (int lane = count; lane < P::lanes; lane++) counted[lane] = 0;
    sums += counted;
  });
  double sum = 0;
  for (int lane = 0; lane < P::lanes; lane++) sum += sums[lane];
  const Index label = call.labels[row];
  call.rowLosses[row] = std::log(sum) - (double(logits[label]) - largest);
  const Vector<P> scale = broadcast<P>(float(1 / (sum * double(call.rows))));
  overRow<P>(call.classes, [&](Index column, int count) {
    storePart<P>(gradient + column, count, loadPart<P>(gradient + column, count, 0) * scale);
  });
  gradient[label] -= 1 / float(call.rows);
}

template <class P>
void runCrossEntropy(const CrossEntropyCall& call, ThreadPool& pool) {
  constexpr Index rowsPerTask = 64;
  pool.run(int(divideUp(call.rows, rowsPerTask)), [&](int task) {
    const Index last = std::min(call.rows, (task + 1) * rowsPerTask);
    for (Index row = task * rowsPerTask; row < last; row++) crossEntropyRow<P>(call, row);
  });
}

}  // namespace
}  // namespace unroll
