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

/** The same for logits = hidden kernel + bias, with the gradients of all three. */
struct SoftmaxHeadCall {
  Index rows, units, classes;
  Index stride;                // from one row of hidden, and of its gradient, to the next
  const float* hidden;         // [rows, units]
  const float* kernel;         // [units, classes]
  const float* bias;           // [classes]
  const std::int32_t* labels;  // [rows]
  double* rowLosses;           // [rows], to be summed by the caller
  float* hiddenGradient;       // [rows, units]
  float* kernelGradient;       // [units, classes]
  float* biasGradient;         // [classes]
};

/** 0 with a chance of threshold / 2^32, else `kept`. */
struct DropoutMaskCall {
  std::uint32_t firstKey, secondKey, threshold;
  float kept;
  Index size;
  float* mask;  // [size]
};

enum class Optimizer { sgd, rmsprop, adam };
constexpr int mostMoments = 3;

/** One parameter of a network; its moments lie at `offset` of the moments of all parameters. The new weights may take the place of the old. */
struct Parameter {
  Index size, offset;
  const float *weights, *gradient;
  float* newWeights;
};

// The numbers of each optimizer, in the order in which an op's settings hold them.
struct SgdNumbers {
  float stepSize, momentum, nesterov;  // nesterov 0 or 1
};
struct RmspropNumbers {
  float stepSize, decay, rest, epsilon, momentum, centered;  // rest: 1 - decay; centered 0 or 1
};
struct AdamNumbers {
  float stepSize;  // learning rate over 1 - first decay^step
  float firstDecay, firstRest, secondDecay, secondRest, epsilon;
  float rootCorrection;  // 1 / root of 1 - second decay^step
  float kept;            // share of the weights that weight decay leaves, else 1
};

/**
 * One update of all parameters. Gradients are scaled down to `clipNorm` where their global norm is above it, and every
 * number of them is brought within `clipValue`; infinity for none. Moments: sgd its velocity where it has momentum; rmsprop
 * the mean square, the mean where it is centered, its velocity where it has momentum; adam two.
 */
struct OptimizerCall {
  Optimizer optimizer;
  std::span<const Parameter> parameters;
  float clipNorm, clipValue;
  union {
    SgdNumbers sgd;
    RmspropNumbers rmsprop;
    AdamNumbers adam;
  };
  int momentCount;
  const float* moments[mostMoments];  // each [size of all parameters]
  float* newMoments[mostMoments];  // may be the moments
  float* norms;  // [1 + parameters], of all gradients and of each, before clipping; where the first is not finite, nothing changes
};

}  // namespace unroll
