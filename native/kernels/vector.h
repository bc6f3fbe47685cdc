// Vectors of the processor's width, in GCC's portable vector notation: the same source compiles to AVX-512, AVX2 or
// whatever the platform has. Everything in this folder lies in an unnamed namespace: each kernels-*.cc gets functions
// of its own, and the linker cannot take one processor's for another's.
#pragma once
#include <cstdint>
#include <cstring>

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

template <class P>
[[gnu::always_inline]] inline Vector<P> sigmoid(Vector<P> x) {
  return broadcast<P>(1.0f) / (broadcast<P>(1.0f) + exponential<P>(-x));
}

/** 2 sigmoid(2x) - 1: right to 1e-7 absolute. */
template <class P>
[[gnu::always_inline]] inline Vector<P> tanh(Vector<P> x) {
  return broadcast<P>(2.0f) / (broadcast<P>(1.0f) + exponential<P>(x * broadcast<P>(-2.0f))) - broadcast<P>(1.0f);
}

}  // namespace
}  // namespace unroll
