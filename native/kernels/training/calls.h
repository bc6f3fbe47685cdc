// What the loss and the optimizers are called with.
#pragma once
#include <span>

#include "kernels/recurrent/shapes.h"

namespace unroll {

/** Mean over rows of -log softmax(logits)[label], and its gradient. */
struct CrossEntropyCall {
  Index rows, classes;
  const float* logits;         // [rows, classes]
  const std::int32_t* labels;  // [rows]
  double* rowLosses;           // [rows], to be summed by the caller
  float* gradient;             // [rows, classes]
};

enum class Optimizer { sgd, rmsprop, adam };
constexpr int momentsOf(Optimizer optimizer) { return int(optimizer); }

/** One parameter of a network; its moments lie at `offset` of the moments of all parameters. */
struct Parameter {
  Index size, offset;
  const float *weights, *gradient;
  float* newWeights;
};

/** One update of all parameters. Gradients are scaled down to `clipNorm` where their global norm is above it. */
struct OptimizerCall {
  Optimizer optimizer;
  std::span<const Parameter> parameters;
  const float* moments[2];  // each [size of all parameters]; rmsprop one, adam two
  float* newMoments[2];
  float clipNorm;        // infinity for none
  float stepSize;        // learning rate; adam: over 1 - 0.9^step
  float rootCorrection;  // adam: root of 1 - 0.999^step
  float kept;            // share of the weights that weight decay leaves, else 1
  double norm;           // output: of all gradients, before clipping; where not finite, nothing changes
};

}  // namespace unroll
