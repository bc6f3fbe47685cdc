// Vectors of the processor's width, in GCC's portable vector notation: the same source compiles to AVX-512, AVX2 or
// whatever the platform has. Everything in this folder lies in an unnamed namespace: each kernels-*.cc gets functions
// of its own, and the linker cannot take one processor's for another's.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "kernels/recurrent/panel-layout.h"

namespace unroll {
namespace {

/** `accumulators`: vectors of a register tile that stay in registers beside its operands. */
template <int Lanes, int TileVectors, int Accumulators>
struct Processor {
  static constexpr int lanes = Lanes;
  static constexpr int tileVectors = TileVectors;
  static constexpr int accumulators = Accumulators;
  typedef float Vector __attribute__((vector_size(Lanes * sizeof(float))));
  typedef std::int32_t Integers __attribute__((vector_size(Lanes * sizeof(float))));
};

using Avx512 = Processor<16, 4, 28>;   // 32 registers
using Avx2 = Processor<8, 2, 12>;      // 16 registers
using Portable = Processor<4, 2, 10>;  // 16 registers at least

template <class P>
using Vector = typename P::Vector;

template <class P>
[[gnu::always_inline]] inline Vector<P> load(const float* from) {
  Vector<P> value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class P>
[[gnu::always_inline]] inline void store(float* to, Vector<P> value) {
  std::memcpy(to, &value, sizeof value);
}

template <class P>
[[gnu::always_inline]] inline Vector<P> broadcast(float value) {
  return value - Vector<P>{};
}

/** Calls work(offset) for each vector of a slot. */
template <class P, class Work>
[[gnu::always_inline]] inline void overSlot(const Work& work) {
#pragma GCC unroll 4
  for (Index offset = 0; offset < slotColumns; offset += P::lanes) work(offset);
}

/** e^x: x = n ln 2 + r, a polynomial of degree 7 in r (Cephes expf), 2^n by the exponent's bits. NaN stays NaN. */
template <class P>
[[gnu::always_inline]] inline Vector<P> exponential(Vector<P> x) {
  using Integers = typename P::Integers;
  const Vector<P> lowest = broadcast<P>(-87.0f), highest = broadcast<P>(88.0f);
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
  const Vector<P> rounder = broadcast<P>(12582912.0f);
  const Vector<P> shifted = x * broadcast<P>(1.44269504f) + rounder;
  const Vector<P> n = shifted - rounder;
  const Vector<P> r = (x - n * broadcast<P>(0.693359375f)) + n * broadcast<P>(2.12194440e-4f);
  Vector<P> p = broadcast<P>(1.9875691500e-4f);
  p = p * r + broadcast<P>(1.3981999507e-3f);
  p = p * r + broadcast<P>(8.3334519073e-3f);
  p = p * r + broadcast<P>(4.1665795894e-2f);
  p = p * r + broadcast<P>(1.6666665459e-1f);
  p = p * r + broadcast<P>(5.0000001201e-1f);
  p = (p * r) * r + (r + broadcast<P>(1.0f));
  return (Vector<P>)((Integers)p + ((Integers)shifted << 23));
}

/** 2^f for f of at most a half either way: a polynomial of degree 6 (Cephes exp2f). */
template <class P>
[[gnu::always_inline]] inline Vector<P> powerOfFraction(Vector<P> f) {
  Vector<P> p = broadcast<P>(1.535336188e-4f);
  p = p * f + broadcast<P>(1.339887440e-3f);
  p = p * f + broadcast<P>(9.618437357e-3f);
  p = p * f + broadcast<P>(5.550332471e-2f);
  p = p * f + broadcast<P>(2.402264791e-1f);
  p = p * f + broadcast<P>(6.931472028e-1f);
  return p * f + broadcast<P>(1.0f);
}

/** 1 / (1 + 2^x), right to 1e-7 absolute. NaN stays NaN. */
template <class P>
[[gnu::always_inline]] inline Vector<P> logistic(Vector<P> x) {
  const Vector<P> lowest = broadcast<P>(-126.0f), highest = broadcast<P>(126.0f);
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
  const Vector<P> rounder = broadcast<P>(12582912.0f);
  const Vector<P> shifted = x + rounder;
  const Vector<P> fraction = powerOfFraction<P>(x - (shifted - rounder));
  using Integers = typename P::Integers;
  const Vector<P> power = (Vector<P>)((Integers)fraction + ((Integers)shifted << 23));
  return broadcast<P>(1.0f) / (broadcast<P>(1.0f) + power);
}

#if defined(__AVX512F__)
/** The same with the instructions that AVX-512 has for it: half the cost, and the gates are a quarter of a small layer. */
template <>
[[gnu::always_inline]] inline Vector<Avx512> logistic<Avx512>(Vector<Avx512> x) {
  const __m512 bounded = _mm512_min_ps(_mm512_set1_ps(126.0f), x);  // NaN comes out as it is the second operand
  const __m512 whole = _mm512_roundscale_ps(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 power = _mm512_scalef_ps(powerOfFraction<Avx512>(bounded - whole), whole);
  const __m512 sum = power + _mm512_set1_ps(1.0f), guess = _mm512_rcp14_ps(sum);
  return guess * _mm512_fnmadd_ps(sum, guess, _mm512_set1_ps(2.0f));  // one step of Newton
}
#endif

template <class P>
[[gnu::always_inline]] inline Vector<P> sigmoid(Vector<P> x) {
  return logistic<P>(x * broadcast<P>(-1.44269504f));
}

/** 2 sigmoid(2x) - 1: right to 1e-7 absolute. */
template <class P>
[[gnu::always_inline]] inline Vector<P> tanh(Vector<P> x) {
  return broadcast<P>(2.0f) * logistic<P>(x * broadcast<P>(-2.88539008f)) - broadcast<P>(1.0f);
}

/** Asks for memory that will be read soon, so that it comes while a product runs. */
template <class Element>
inline void prefetch(const Element* from, Index size) {
  constexpr Index line = 64 / sizeof(Element);
  for (Index i = 0; i < size; i += line) __builtin_prefetch(from + i, 0, 3);
}

}  // namespace
}  // namespace unroll
