// Pairs of bf16 numbers, the upper halves of floats: what the products of a layer in bf16 multiply. Rows 2k and 2k + 1 of a
// matrix make row k of its pairs, so that a product of pairs is one of numbers with half the depth. Sums are floats.
#pragma once
#include <type_traits>

#include "kernels/vector.h"

namespace unroll {
namespace {  // see vector.h

/** The number of the even row in the low half. */
enum class Pair : std::uint32_t {};

/** Numbers of the depth in one element. */
template <class Element>
constexpr Index depthStep = std::is_same_v<Element, Pair> ? 2 : 1;

/** Elements of so much depth; what fills up the last one is zero. */
template <class Element>
constexpr Index elementsOf(Index depth) {
  return divideUp(depth, depthStep<Element>);
}

template <class P>
struct PairVectors {
  typedef std::uint32_t Words __attribute__((vector_size(P::lanes * sizeof(std::uint32_t))));
  typedef std::uint16_t Halves __attribute__((vector_size(P::lanes * sizeof(std::uint16_t))));
};
template <class P>
using Words = typename PairVectors<P>::Words;
template <class P>
using Halves = typename PairVectors<P>::Halves;

template <class P>
[[gnu::always_inline]] inline Words<P> load(const Pair* from) {
  Words<P> pairs;
  std::memcpy(&pairs, from, sizeof pairs);
  return pairs;
}

template <class P>
[[gnu::always_inline]] inline Vector<P> evenNumbers(Words<P> pairs) {
  return (Vector<P>)(pairs << 16);
}
template <class P>
[[gnu::always_inline]] inline Vector<P> oddNumbers(Words<P> pairs) {
  return (Vector<P>)(pairs & 0xffff0000u);
}

/** sum + a b */
template <class P>
[[gnu::always_inline]] inline Vector<P> multiplyAdd(Vector<P> sum, float a, Vector<P> b) {
  return sum + broadcast<P>(a) * b;
}
/** sum + a_odd b_odd + a_even b_even */
template <class P>
[[gnu::always_inline]] inline Vector<P> multiplyAdd(Vector<P> sum, Pair a, Words<P> b) {
#if defined(__AVX512BF16__)
  if constexpr (std::is_same_v<P, Avx512>)
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32(int(a)), (__m512bh)b);
#endif
  const Words<P> pair = Words<P>{} + std::uint32_t(a);
  sum += oddNumbers<P>(pair) * oddNumbers<P>(b);
  return sum + evenNumbers<P>(pair) * evenNumbers<P>(b);
}

/** Rounded to the nearest bf16, ties to even, in the upper halves; the lower ones are left over. NaN stays NaN. */
template <class P>
[[gnu::always_inline]] inline Words<P> roundUpper(Vector<P> numbers) {
  const Words<P> bits = (Words<P>)numbers;
  const Words<P> rounded = bits + (Words<P>{} + 0x7fff) + ((bits >> 16) & 1);
  return numbers == numbers ? rounded : bits | 0x400000;
}

/** to[k] = the pair of even[k] and odd[k], for whole vectors. */
template <class P>
[[gnu::always_inline]] inline void toPairs(const float* even, const float* odd, Index size, Pair* to) {
  for (Index i = 0; i < size; i += P::lanes) {
    const Words<P> low = roundUpper<P>(load<P>(even + i)), high = roundUpper<P>(load<P>(odd + i));
    const Words<P> pairs = (low >> 16) | (high & 0xffff0000u);
    std::memcpy(to + i, &pairs, sizeof pairs);
  }
}

/** Neighbours along a row as pairs: to[k] = row[2k], row[2k + 1]. The rest of the last vector's pairs become zero. */
template <class P>
inline void roundRow(const float* row, Index size, Pair* to) {
  const auto write = [&](Index i, Vector<P> numbers) {
    const Halves<P> halves = __builtin_convertvector(roundUpper<P>(numbers) >> 16, Halves<P>);
    std::memcpy(to + i / 2, &halves, sizeof halves);
  };
  Index i = 0;
  for (; i + P::lanes <= size; i += P::lanes) write(i, load<P>(row + i));
  if (i == size) return;
  float rest[P::lanes] = {};
  std::memcpy(rest, row + i, sizeof(float) * std::size_t(size - i));
  write(i, load<P>(rest));
}

/** The pairs of two rows of rounded numbers, for whole vectors. */
template <class P>
[[gnu::always_inline]] inline void pairRounded(const Pair* even, const Pair* odd, Index size, Pair* to) {
  for (Index i = 0; i < size; i += P::lanes) {
    Halves<P> low, high;
    std::memcpy(&low, even + i / 2, sizeof low);
    std::memcpy(&high, odd + i / 2, sizeof high);
    const Words<P> pairs =
        __builtin_convertvector(low, Words<P>) | (__builtin_convertvector(high, Words<P>) << 16);
    std::memcpy(to + i, &pairs, sizeof pairs);
  }
}

}  // namespace
}  // namespace unroll
