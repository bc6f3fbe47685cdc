// The optimizers as PyTorch computes them, in one pass over all parameters, after one for the norm. Work is cut into
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

/** The arrays of a block. New ones are the old ones or other memory, never shifted: that is what "ivdep" below tells the compiler. */
struct BlockArrays {
  BlockArrays(const OptimizerCall& call, const Block& block)
      : size(block.size),
        weights(block.parameter->weights + block.first),
        gradient(block.parameter->gradient + block.first),
        newWeights(block.parameter->newWeights + block.first) {
    for (int i = 0; i < call.momentCount; i++) {
      moments[i] = call.moments[i] + block.parameter->offset + block.first;
      newMoments[i] = call.newMoments[i] + block.parameter->offset + block.first;
    }
  }
  Index size;
  const float *weights, *gradient, *moments[mostMoments];
  float *newWeights, *newMoments[mostMoments];
};

/** What clipping makes of a number of the gradient. */
struct Clip {
  float scale, bound;
  float operator()(float gradient) const { return std::min(std::max(gradient * scale, -bound), bound); }
};

/** weights -= step size * gradient, or a velocity of it. */
inline void sgd(const OptimizerCall& call, const BlockArrays& at, Clip clip) {
  const float *weights = at.weights, *gradient = at.gradient;
  float* to = at.newWeights;
  const auto [step, momentum, nesterov] = call.sgd;
  if (call.momentCount == 0) {
#pragma GCC ivdep
    for (Index i = 0, size = at.size; i < size; i++) to[i] = weights[i] - step * clip(gradient[i]);
    return;
  }
  const float* velocity = at.moments[0];
  float* newVelocity = at.newMoments[0];
  // Nesterov: gradient + momentum * velocity; else the velocity alone.
  const float ofGradient = nesterov, ofVelocity = nesterov != 0 ? momentum : 1;
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) {
    const float g = clip(gradient[i]), v = velocity[i] * momentum + g;
    newVelocity[i] = v;
    to[i] = weights[i] - step * (g * ofGradient + v * ofVelocity);
  }
}

/** Over the root of the gradient's running mean square, or over its running deviation. */
template <bool centered, bool hasMomentum>
inline void rmsprop(const OptimizerCall& call, const BlockArrays& at, Clip clip) {
  const auto [step, decay, rest, epsilon, momentum, _] = call.rmsprop;
  const float *weights = at.weights, *gradient = at.gradient, *square = at.moments[0];
  const float *mean = at.moments[1], *velocity = at.moments[centered ? 2 : 1];
  float *to = at.newWeights, *newSquare = at.newMoments[0];
  float *newMean = at.newMoments[1], *newVelocity = at.newMoments[centered ? 2 : 1];
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) {
    const float g = clip(gradient[i]), s = square[i] * decay + g * g * rest;
    newSquare[i] = s;
    float spread = s;
    if constexpr (centered) {
      const float m = mean[i] * decay + g * rest;
      newMean[i] = m;
      spread = std::max(s - m * m, 0.0f);  // rounding may leave it a little below
    }
    float direction = g / (std::sqrt(spread) + epsilon);
    if constexpr (hasMomentum) newVelocity[i] = direction = velocity[i] * momentum + direction;
    to[i] = weights[i] - step * direction;
  }
}

/** Adam, and AdamW where `kept` is below 1. */
inline void adam(const OptimizerCall& call, const BlockArrays& at, Clip clip) {
  const auto [step, firstDecay, firstRest, secondDecay, secondRest, epsilon, correction, kept] = call.adam;
  const float *weights = at.weights, *gradient = at.gradient;
  const float *first = at.moments[0], *second = at.moments[1];
  float *to = at.newWeights, *newFirst = at.newMoments[0], *newSecond = at.newMoments[1];
#pragma GCC ivdep
  for (Index i = 0, size = at.size; i < size; i++) {
    const float g = clip(gradient[i]);
    const float m = first[i] * firstDecay + g * firstRest, s = second[i] * secondDecay + g * g * secondRest;
    newFirst[i] = m;
    newSecond[i] = s;
    to[i] = weights[i] * kept - step * (m / (std::sqrt(s) * correction + epsilon));
  }
}

inline void keep(const OptimizerCall& call, const BlockArrays& at) {
  std::memmove(at.newWeights, at.weights, sizeof(float) * at.size);
  for (int i = 0; i < call.momentCount; i++) std::memmove(at.newMoments[i], at.moments[i], sizeof(float) * at.size);
}

using UpdateBlock = void (*)(const OptimizerCall&, const BlockArrays&, Clip);

inline UpdateBlock chooseUpdate(const OptimizerCall& call) {
  if (call.optimizer == Optimizer::sgd) return sgd;
  if (call.optimizer == Optimizer::adam) return adam;
  const bool hasMomentum = call.rmsprop.momentum != 0;
  if (call.rmsprop.centered != 0) return hasMomentum ? rmsprop<true, true> : rmsprop<true, false>;
  return hasMomentum ? rmsprop<false, true> : rmsprop<false, false>;
}

template <class P>
void runOptimizer(const OptimizerCall& call, ThreadPool& pool) {
  const std::vector<Block> blocks = blocksOf(call);
  std::vector<double> squares(blocks.size());
  pool.run(int(blocks.size()), [&](int i) {
    squares[i] = sumOfSquares<P>(blocks[i].parameter->gradient + blocks[i].first, blocks[i].size);
  });
  std::vector<double> sums(call.parameters.size());
  double sum = 0;
  for (std::size_t i = 0; i < blocks.size(); i++) {
    sums[blocks[i].parameter - call.parameters.data()] += squares[i];
    sum += squares[i];
  }
  for (std::size_t i = 0; i < sums.size(); i++) call.norms[1 + i] = float(std::sqrt(sums[i]));
  const double norm = std::sqrt(sum);
  call.norms[0] = float(norm);
  // As PyTorch's clip_grad_norm_.
  const Clip clip{float(std::min(1.0, double(call.clipNorm) / (norm + 1e-6))), call.clipValue};
  const bool finite = std::isfinite(float(norm));
  const UpdateBlock update = chooseUpdate(call);
  pool.run(int(blocks.size()), [&](int i) {
    const BlockArrays arrays(call, blocks[i]);
    finite ? update(call, arrays, clip) : keep(call, arrays);
  });
}

}  // namespace
}  // namespace unroll
