// The optimizers with PyTorch's defaults, in one pass over all parameters, after one for the norm. Work is cut into
// blocks of parameters, and the norm is summed block by block in order: the same bits with any number of threads.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/training/calls.h"
#include "kernels/vector.h"
#include "threads/thread-pool.h"

namespace unroll {
namespace {

/** A part of one parameter. */
struct Block {
  const Parameter* parameter;
  Index first, size;
};

inline std::vector<Block> blocksOf(const OptimizerCall& call) {
  constexpr Index blockSize = 16384;
  std::vector<Block> blocks;
  for (const Parameter& parameter : call.parameters)
    for (Index first = 0; first < parameter.size; first += blockSize)
      blocks.push_back({&parameter, first, std::min(blockSize, parameter.size - first)});
  return blocks;
}

template <class P>
double sumOfSquares(const float* values, Index size) {
  constexpr Index run = 1024;  // summed in floats, then in a double
  double total = 0;
  for (Index start = 0; start < size; start += run) {
    const Index end = std::min(size, start + run);
    Vector<P> sums{};
    Index i = start;
    for (; i + P::lanes <= end; i += P::lanes) sums += load<P>(values + i) * load<P>(values + i);
    for (int lane = 0; lane < P::lanes; lane++) total += sums[lane];
    for (; i < end; i++) total += double(values[i]) * values[i];
  }
  return total;
}

/** The arrays of a block. Never the same memory, which is what "ivdep" below tells the compiler. */
struct BlockArrays {
  BlockArrays(const OptimizerCall& call, const Block& block)
      : size(block.size),
        weights(block.parameter->weights + block.first),
        gradient(block.parameter->gradient + block.first),
        newWeights(block.parameter->newWeights + block.first) {
    for (int i = 0; i < momentsOf(call.optimizer); i++) {
      moments[i] = call.moments[i] + block.parameter->offset + block.first;
      newMoments[i] = call.newMoments[i] + block.parameter->offset + block.first;
    }
  }
  Index size;
  const float *weights, *gradient, *moments[2];
  float *newWeights, *newMoments[2];
};

/** weights -= step size * gradient */
inline void sgd(const OptimizerCall& call, const BlockArrays& at, float scale) {
  const float *weights = at.weights, *gradient = at.gradient;
  float* to = at.newWeights;
  const float step = call.stepSize * scale;
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) to[i] = weights[i] - step * gradient[i];
}

/** Over the root of the gradient's running mean square. */
inline void rmsprop(const OptimizerCall& call, const BlockArrays& at, float scale) {
  constexpr float decay = 0.99f, rest = 0.01f, epsilon = 1e-8f;
  const float *weights = at.weights, *gradient = at.gradient, *square = at.moments[0];
  float *to = at.newWeights, *newSquare = at.newMoments[0];
  const float step = call.stepSize;
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) {
    const float g = gradient[i] * scale, s = square[i] * decay + g * g * rest;
    newSquare[i] = s;
    to[i] = weights[i] - step * (g / (std::sqrt(s) + epsilon));
  }
}

/** Adam, and AdamW where `kept` is below 1. */
inline void adam(const OptimizerCall& call, const BlockArrays& at, float scale) {
  constexpr float firstDecay = 0.9f, firstRest = 0.1f, secondDecay = 0.999f, secondRest = 0.001f, epsilon = 1e-8f;
  const float *weights = at.weights, *gradient = at.gradient;
  const float *first = at.moments[0], *second = at.moments[1];
  float *to = at.newWeights, *newFirst = at.newMoments[0], *newSecond = at.newMoments[1];
  const float correction = 1 / call.rootCorrection, step = call.stepSize, kept = call.kept;
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) {
    const float g = gradient[i] * scale;
    const float m = first[i] * firstDecay + g * firstRest, s = second[i] * secondDecay + g * g * secondRest;
    newFirst[i] = m;
    newSecond[i] = s;
    to[i] = weights[i] * kept - step * (m / (std::sqrt(s) * correction + epsilon));
  }
}

inline void keep(const OptimizerCall& call, const BlockArrays& at) {
  std::memcpy(at.newWeights, at.weights, sizeof(float) * at.size);
  for (int i = 0; i < momentsOf(call.optimizer); i++)
    std::memcpy(at.newMoments[i], at.moments[i], sizeof(float) * at.size);
}

template <class P>
void runOptimizer(OptimizerCall& call, ThreadPool& pool) {
  const std::vector<Block> blocks = blocksOf(call);
  std::vector<double> squares(blocks.size());
  pool.run(int(blocks.size()), [&](int i) {
    squares[i] = sumOfSquares<P>(blocks[i].parameter->gradient + blocks[i].first, blocks[i].size);
  });
  double sum = 0;
  for (double square : squares) sum += square;
  call.norm = std::sqrt(sum);
  // As PyTorch's clip_grad_norm_.
  const float scale = float(std::min(1.0, double(call.clipNorm) / (call.norm + 1e-6)));
  const bool finite = std::isfinite(float(call.norm));
  const auto update = call.optimizer == Optimizer::sgd ? sgd : call.optimizer == Optimizer::rmsprop ? rmsprop : adam;
  pool.run(int(blocks.size()), [&](int i) {
    const BlockArrays arrays(call, blocks[i]);
    finite ? update(call, arrays, scale) : keep(call, arrays);
  });
}

}  // namespace
}  // namespace unroll
