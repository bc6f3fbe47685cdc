// One processor's kernels, instantiated by kernels-*.cc.
#pragma once
#include "generate/advance.h"
#include "kernels/forecast/head.h"
#include "kernels/kernel-set.h"
#include "kernels/recurrent/gradient-weights.h"
#include "kernels/training/cross-entropy.h"
#include "kernels/training/dropout-mask.h"
#include "kernels/training/optimizers.h"
#include "kernels/training/softmax-head.h"

namespace unroll {
namespace {

/** Below about this many multiply-adds (20 us) waking a second thread costs more than it gives. */
constexpr double workWorthAThread = 2e6;

template <class Call>
ThreadPool& threadsFor(const Call& call, ThreadPool& pool) {
  static ThreadPool& alone = *new ThreadPool(1);
  return call.shape.work(call.input.tokens) < workWorthAThread ? alone : pool;
}

template <class P, template <class> class CellOf>
void runForward(const ForwardCall& call, ThreadPool& pool) {
  Forward<P, CellOf>(call).run(threadsFor(call, pool));
}

template <class P, template <class> class CellOf>
void runGradient(const GradientCall& call, ThreadPool& pool) {
  const PanelLayout layout(call.shape);
  ThreadPool& threads = threadsFor(call, pool);
  GradientData<P, CellOf>(call, layout).run(threads);
  GradientWeights<P>(call, layout).run(threads);
}

template <class P>
constexpr KernelSet kernelSet(const char* name) {
  return {.name = name,
          .forward = {runForward<P, SimpleRnn>, runForward<P, Lstm>, runForward<P, GruResetAfter>,
                      runForward<P, GruResetBefore>},
          .gradient = {runGradient<P, SimpleRnn>, runGradient<P, Lstm>, runGradient<P, GruResetAfter>,
                       runGradient<P, GruResetBefore>},
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
