// Dropout masks: a counter-based generator, so that every place is drawn by itself and threads share the work out.
// src/rnn/layers/dropout-mask.ts draws the same numbers.
#pragma once
#include "kernels/training/calls.h"
#include "kernels/vector.h"
#include "threads/thread-pool.h"

namespace unroll {
namespace {

/** A permutation of 32-bit words that looks like chance (Ettinger's "triple32" with its first two rounds). */
inline std::uint32_t scramble(std::uint32_t word) {
  word ^= word >> 17;
  word *= 0xed5ad4bbu;
  word ^= word >> 11;
  word *= 0xac4c1b51u;
  return word ^ (word >> 15);
}

template <class P>
void runDropoutMask(const DropoutMaskCall& call, ThreadPool& pool) {
  constexpr Index placesPerTask = 1 << 15;
  pool.run(int(divideUp(call.size, placesPerTask)), [&](int task) {
    const Index first = task * placesPerTask, last = std::min(call.size, first + placesPerTask);
    const auto [firstKey, secondKey, threshold, kept, size, mask] = call;
    for (Index place = first; place < last; place++) {
      const std::uint32_t word = scramble(scramble(std::uint32_t(place) + firstKey) ^ secondKey);
      mask[place] = word < threshold ? 0.0f : kept;
    }
  });
}

}  // namespace
}  // namespace unroll
