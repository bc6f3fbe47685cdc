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

/** The recurrent layers with products of bf16 numbers; the reserve and all sums are in single precision. */
struct Bf16Kernels {
  const char* name;
  void (*forward[4])(const ForwardCall&, ThreadPool&);
  void (*gradient[4])(const GradientCall&, ThreadPool&);
};

#if defined(__x86_64__)
extern const KernelSet avx512Kernels, avx2Kernels;
extern const Bf16Kernels avx512Bf16Kernels;
#endif
extern const KernelSet portableKernels;
extern const Bf16Kernels portableBf16Kernels;

/** Chosen once, by asking the processor. */
const KernelSet& kernels();
/** Those of a processor that multiplies bf16 numbers; on others the portable ones, right but slower than single precision. */
const Bf16Kernels& bf16Kernels();
/** Whether bf16Kernels() are worth their while here. */
bool multipliesBf16();

}  // namespace unroll
