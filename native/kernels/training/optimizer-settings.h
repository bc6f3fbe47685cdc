// The settings of an update as one array: clip norm, clip value (infinity for none), then the optimizer's numbers.
#pragma once
#include <cstring>

#include "kernels/training/calls.h"

namespace unroll {

/** How many moments there are for these numbers. */
inline int momentsOf(const SgdNumbers& numbers) { return numbers.momentum != 0; }
inline int momentsOf(const RmspropNumbers& numbers) { return 1 + (numbers.centered != 0) + (numbers.momentum != 0); }
inline int momentsOf(const AdamNumbers&) { return 2; }

template <class Numbers>
constexpr Index settingsCountOf = 2 + sizeof(Numbers) / sizeof(float);

constexpr Index settingsCount(Optimizer optimizer) {
  if (optimizer == Optimizer::sgd) return settingsCountOf<SgdNumbers>;
  return optimizer == Optimizer::rmsprop ? settingsCountOf<RmspropNumbers> : settingsCountOf<AdamNumbers>;
}

template <class Numbers>
void readSettings(OptimizerCall& call, Numbers& numbers, const float* settings) {
  call.clipNorm = settings[0];
  call.clipValue = settings[1];
  std::memcpy(&numbers, settings + 2, sizeof(Numbers));
  call.momentCount = momentsOf(numbers);
}

/** Fills a call whose optimizer is set. */
inline void readSettings(OptimizerCall& call, const float* settings) {
  if (call.optimizer == Optimizer::sgd) return readSettings(call, call.sgd, settings);
  if (call.optimizer == Optimizer::rmsprop) return readSettings(call, call.rmsprop, settings);
  readSettings(call, call.adam, settings);
}

}  // namespace unroll
