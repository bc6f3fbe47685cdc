// One processor's kernels with products of bf16 numbers, instantiated by kernels-bf16-*.cc.
#pragma once
#include "kernels/kernel-set.h"
#include "kernels/recurrent/run-layer.h"

namespace unroll {
namespace {

template <class P>
constexpr Bf16Kernels bf16KernelSet(const char* name) {
  return {.name = name,
          .forward = {runForward<P, SimpleRnn, Pair>, runForward<P, Lstm, Pair>, runForward<P, GruResetAfter, Pair>,
                      runForward<P, GruResetBefore, Pair>},
          .gradient = {runGradient<P, SimpleRnn, Pair>, runGradient<P, Lstm, Pair>,
                       runGradient<P, GruResetAfter, Pair>, runGradient<P, GruResetBefore, Pair>}};
}

}  // namespace
}  // namespace unroll
