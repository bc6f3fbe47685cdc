// One processor's kernels, instantiated by kernels-*.cc.
#pragma once
#include "generate/advance.h"
#include "kernels/forecast/head.h"
#include "kernels/kernel-set.h"
#include "kernels/recurrent/run-layer.h"
#include "kernels/training/cross-entropy.h"
#include "kernels/training/dropout-mask.h"
#include "kernels/training/optimizers.h"
#include "kernels/training/softmax-head.h"

namespace unroll {
namespace {

template <class P>
constexpr KernelSet kernelSet(const char* name) {
  return {.name = name,
          .forward = {runForward<P, SimpleRnn, float>, runForward<P, Lstm, float>, runForward<P, GruResetAfter, float>,
                      runForward<P, GruResetBefore, float>},
          .gradient = {runGradient<P, SimpleRnn, float>, runGradient<P, Lstm, float>, runGradient<P, GruResetAfter, float>,
                       runGradient<P, GruResetBefore, float>},
          .advanceText = {runAdvance<P, SimpleRnn>, runAdvance<P, Lstm>, runAdvance<P, GruResetAfter>,
                          runAdvance<P, GruResetBefore>},
          .softmaxHead = runSoftmaxHead<P>,
          .dropoutMask = runDropoutMask<P>,
          .forecastHead = runForecastHead<P>,
          .crossEntropy = runCrossEntropy<P>,
          .optimizer = runOptimizer<P>};
}

}  // namespace
}  // namespace unroll
