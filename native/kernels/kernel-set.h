// The kernels of the best processor level that this machine has.
#pragma once
#include "generate/text-stream.h"
#include "kernels/forecast/calls.h"
#include "kernels/recurrent/shapes.h"
#include "kernels/training/calls.h"
#include "threads/thread-pool.h"

namespace unroll {

/** One processor level's functions; those of the recurrent layers by cell, in the order of `Cell`. */
struct KernelSet {
  const char* name;
  void (*forward[4])(const ForwardCall&, ThreadPool&);
  void (*gradient[4])(const GradientCall&, ThreadPool&);
  void (*advanceText[4])(const AdvanceCall&, ThreadPool&);
  void (*softmaxHead)(const SoftmaxHeadCall&, ThreadPool&);
  void (*dropoutMask)(const DropoutMaskCall&, ThreadPool&);
  void (*forecastHead)(const ForecastHeadCall&);
  void (*crossEntropy)(const CrossEntropyCall&, ThreadPool&);
  void (*optimizer)(const OptimizerCall&, ThreadPool&);
};

#if defined(__x86_64__)
extern const KernelSet avx512Kernels, avx2Kernels;
#endif
extern const KernelSet portableKernels;

/** Chosen once, by asking the processor. */
const KernelSet& kernels();

}  // namespace unroll
