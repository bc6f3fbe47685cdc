// xoshiro128** (Blackman and Vigna 2018): draws the same numbers as src/rnn/random.ts from the same four words.
#pragma once
#include <array>
#include <bit>
#include <cstdint>

namespace unroll {

class Random {
 public:
  using State = std::array<std::uint32_t, 4>;

  /** Not all words may be zero. */
  explicit Random(const State& state) : words_(state) {}

  const State& state() const { return words_; }

  std::uint32_t word() {
    const std::uint32_t second = words_[1], result = std::rotl(second * 5, 7) * 9;
    words_[2] ^= words_[0];
    words_[3] ^= second;
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= second << 9;
    words_[3] = std::rotl(words_[3], 11);
    return result;
  }

  /** Uniform in [0, 1), 53 bits. */
  double uniform() {
    const double high = word() >> 5, low = word() >> 6;
    return (high * 0x1p26 + low) * 0x1p-53;
  }

 private:
  State words_;
};

}  // namespace unroll
