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

/** One row; the gradient may take the place of the logits. */
struct CrossEntropyRow {
  const float* logits;
  float* gradient;
  Index classes, label, rows;  // the mean goes over so many rows
};

/** The row's loss; exp(logit - largest) into the gradient, then over their sum; the label's own less one; all over the rows. */
template <class P>
double crossEntropyRow(const CrossEntropyRow& at) {
  Vector<P> largests = broadcast<P>(-INFINITY);
  overRow<P>(at.classes, [&](Index column, int count) {
    const Vector<P> logits = loadPart<P>(at.logits + column, count, -INFINITY);
    largests = logits > largests ? logits : largests;
  });
  float largest = largests[0];
  for (int lane = 1; lane < P::lanes; lane++) largest = largests[lane] > largest ? largests[lane] : largest;
  const double labelLogit = at.logits[at.label];
  Vector<P> sums{};
  overRow<P>(at.classes, [&](Index column, int count) {
    const Vector<P> power =
        exponential<P>(loadPart<P>(at.logits + column, count, -INFINITY) - broadcast<P>(largest));
    storePart<P>(at.gradient + column, count, power);
    Vector<P> counted = power;
    for (int lane = count; lane < P::lanes; lane++) counted[lane] = 0;
    sums += counted;
  });
  double sum = 0;
  for (int lane = 0; lane < P::lanes; lane++) sum += sums[lane];
  const Vector<P> scale = broadcast<P>(float(1 / (sum * double(at.rows))));
  overRow<P>(at.classes, [&](Index column, int count) {
    storePart<P>(at.gradient + column, count, loadPart<P>(at.gradient + column, count, 0) * scale);
  });
  at.gradient[at.label] -= 1 / float(at.rows);
  return std::log(sum) - (labelLogit - largest);
}

template <class P>
void runCrossEntropy(const CrossEntropyCall& call, ThreadPool& pool) {
  constexpr Index rowsPerTask = 64;
  pool.run(int(divideUp(call.rows, rowsPerTask)), [&](int task) {
    const Index last = std::min(call.rows, (task + 1) * rowsPerTask);
    for (Index row = task * rowsPerTask; row < last; row++)
      call.rowLosses[row] = crossEntropyRow<P>({call.logits + row * call.classes, call.gradient + row * call.classes,
                                                call.classes, call.labels[row], call.rows});
  });
}

}  // namespace
}  // namespace unroll
