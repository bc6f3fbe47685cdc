// What the comparisons draw their shapes and arrays from.
#pragma once
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <random>
#include <vector>

#include "kernels/recurrent/panel-layout.h"

namespace unroll {

using Floats = std::vector<float>;

inline std::mt19937 generator(7);

inline Floats randoms(Index size, float scale) {
  std::uniform_real_distribution<float> distribution(-scale, scale);
  Floats values(std::size_t(size), 0.0f);
  for (float& value : values) value = distribution(generator);
  return values;
}

inline Index pick(std::initializer_list<int> values) { return *(values.begin() + generator() % values.size()); }

/** From 1 to `largest`; small numbers, whole vectors and their neighbours come up more often than by chance. */
inline Index randomExtent(Index largest) {
  const Index any = 1 + Index(generator() % largest);
  switch (generator() % 4) {
    case 0:
      return std::min<Index>(any, 1 + Index(generator() % 5));
    case 1:
      return std::clamp<Index>(roundUp(any, slotColumns) - 1 + Index(generator() % 3), 1, largest);
    default:
      return any;
  }
}

}  // namespace unroll
