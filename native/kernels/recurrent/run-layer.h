// A layer's call, forward and back, with products of numbers or of pairs of bf16 numbers.
#pragma once
#include "kernels/recurrent/gradient-weights.h"

namespace unroll {
namespace {

/** Below about this many multiply-adds (20 us) waking a second thread costs more than it gives. */
constexpr double workWorthAThread = 2e6;

template <class Call>
ThreadPool& threadsFor(const Call& call, ThreadPool& pool) {
  static ThreadPool& alone = *new ThreadPool(1);
  return call.shape.work(call.input.tokens) < workWorthAThread ? alone : pool;
}

template <class P, template <class> class CellOf, class Element>
void runForward(const ForwardCall& call, ThreadPool& pool) {
  Forward<P, CellOf, Element>(call).run(threadsFor(call, pool));
}

template <class P, template <class> class CellOf, class Element>
void runGradient(const GradientCall& call, ThreadPool& pool) {
  const PanelLayout layout(call.shape);
  GateGradients<Element> gates{nullptr, layout};
  if constexpr (std::is_same_v<Element, float>) {
    gates.data = Reserve<float>(call.reserve, layout).gates;
  } else {
    static thread_local Scratch scratch;
    gates.data = scratch.atLeast<Element>(elementsOf<Element>(layout.gatesSize()));
  }
  ThreadPool& threads = threadsFor(call, pool);
  GradientData<P, CellOf, Element>(call, gates).run(threads);
  GradientWeights<P, Element>(call, gates).run(threads);
}

}  // namespace
}  // namespace unroll
