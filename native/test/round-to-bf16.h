#pragma once
#include <bit>
#include <cstdint>

#include "test/plain-layer.h"

namespace unroll {

/** To the nearest bf16. */
inline double toBf16(double value) {
  const auto bits = std::bit_cast<std::uint32_t>(float(value));
  return std::bit_cast<float>((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

inline plain::Numbers allToBf16(plain::Numbers numbers) {
  for (double& number : numbers) number = toBf16(number);
  return numbers;
}

}  // namespace unroll
