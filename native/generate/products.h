// Products of state rows with packed weights. A row's sums are added up in the order of the depth however many rows
// there are, so that a stream's text does not depend on who else streams: one row takes a loop of its own, at the speed
// of memory; several share register tiles.
#pragma once
#include "generate/text-network.h"
#include "kernels/tile.h"

namespace unroll {
namespace {  // see vector.h

/** Weights of one precision: one panel [depth, columns]. */
template <class P, Precision precision>
struct PanelWeights;

template <class P>
struct PanelWeights<P, Precision::fp32> {
  using Element = float;
  static constexpr Index depthStep = 1;

  /** sums[v] += vector[k] * weights, for the columns from `at` on. */
  template <int Vectors>
  [[gnu::always_inline]] static void add(const float* vector, const Element* at, Vector<P> (&sums)[Vectors]) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) sums[v] += broadcast<P>(*vector) * load<P>(at + v * P::lanes);
  }
};

/** Each 32-bit word holds a column's weights of an even row (low half) and of the next. */
template <class P>
struct PanelWeights<P, Precision::bf16> {
  using Element = std::uint32_t;
  using Integers = typename P::Integers;
  static constexpr Index depthStep = 2;

  [[gnu::always_inline]] static Integers loadPairs(const Element* at) {
    Integers pairs;
    std::memcpy(&pairs, at, sizeof pairs);
    return pairs;
  }
  [[gnu::always_inline]] static Vector<P> even(Integers pairs) { return (Vector<P>)(pairs << 16); }
  [[gnu::always_inline]] static Vector<P> odd(Integers pairs) { return (Vector<P>)(pairs & std::int32_t(0xffff0000)); }

  template <int Vectors>
  [[gnu::always_inline]] static void add(const float* vector, const Element* at, Vector<P> (&sums)[Vectors]) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; v++) {
      const Integers pairs = loadPairs(at + v * P::lanes);
      sums[v] += broadcast<P>(vector[0]) * even(pairs);
      sums[v] += broadcast<P>(vector[1]) * odd(pairs);
    }
  }
};

/** sums += vector panel, for one row and a strip of columns. */
template <class P, Precision precision, int Vectors>
[[gnu::noinline]] void multiplyRow(const float* vector, Index depth,
                                   const typename PanelWeights<P, precision>::Element* panel, Index columns,
                                   float* sums) {
  using Weights = PanelWeights<P, precision>;
  Vector<P> strip[Vectors] = {};
  // No prefetch of our own: the processor's is faster here, by a sixth for weights beyond the second cache.
  for (Index k = 0; k < depth; k += Weights::depthStep, panel += columns)
    Weights::template add<Vectors>(vector + k, panel, strip);
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; v++)
    store<P>(sums + v * P::lanes, strip[v] + load<P>(sums + v * P::lanes));
}

/** The same for all columns of a panel, at most 8 vectors at a time. */
template <class P, Precision precision>
void multiplyRow(const float* vector, Index depth, const typename PanelWeights<P, precision>::Element* panel,
                 Index columns, float* sums) {
  constexpr int perSlot = slotColumns / P::lanes, most = std::min(4, 8 / perSlot);
  for (Index column = 0; column < columns;) {
    const int slots = int(std::min<Index>(most, (columns - column) / slotColumns));
    const auto strip = [&]<int Slots>() {
      if constexpr (Slots <= most)
        multiplyRow<P, precision, Slots * perSlot>(vector, depth, panel + column, columns, sums + column);
    };
    switch (slots) {
      case 1: strip.template operator()<1>(); break;
      case 2: strip.template operator()<2>(); break;
      case 3: strip.template operator()<3>(); break;
      default: strip.template operator()<4>(); break;
    }
    column += slots * slotColumns;
  }
}

/** C += A B for some rows and a strip of columns of bf16 weights: multiplyTile of kernels/tile.h, a pair of rows at a time. */
template <class P, int Rows, int Vectors>
[[gnu::noinline]] void multiplyPairs(const RowOperand& a, const std::uint32_t* panel, Index columns, Matrix c) {
  using Weights = PanelWeights<P, Precision::bf16>;
  Accumulators<P, Rows, Vectors> tile;
  tile.clear();
  const float* row0 = a.data;
  const Index rowStride = a.rowStride;
  for (Index k = 0; k < a.depth; k += 2, panel += columns) {
    Vector<P> even[Vectors], odd[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) {
      const auto pairs = Weights::loadPairs(panel + v * P::lanes);
      even[v] = Weights::even(pairs), odd[v] = Weights::odd(pairs);
    }
    tile.each([&](int row, int v) { tile.sums[row][v] += broadcast<P>(row0[row * rowStride + k]) * even[v]; });
    tile.each([&](int row, int v) { tile.sums[row][v] += broadcast<P>(row0[row * rowStride + k + 1]) * odd[v]; });
  }
  tile.write(c, c);
}

/** Rows of a bf16 tile: two more vectors than a tile of kernels/tile.h are in use, so strips are half as wide. */
template <class P>
constexpr int pairVectors = P::tileVectors / 2;
template <class P>
constexpr int pairRows = std::min(10, P::accumulators / pairVectors<P> - 2);

template <class P>
constexpr auto pairTiles = []<std::size_t... Row>(std::index_sequence<Row...>) {
  using Function = void (*)(const RowOperand&, const std::uint32_t*, Index, Matrix);
  return std::array<std::array<Function, sizeof...(Row)>, 2>{
      {{&multiplyPairs<P, int(Row) + 1, 1>...}, {&multiplyPairs<P, int(Row) + 1, pairVectors<P>>...}}};
}(std::make_index_sequence<pairRows<P>>{});

/** C [rows, columns] += A B, for one panel of packed weights. A's rows reach to whole pairs of the depth. */
template <class P, Precision precision>
void multiplyPanel(Index rows, const RowOperand& a, const typename PanelWeights<P, precision>::Element* panel,
                   Index columns, Matrix c) {
  if (rows == 1) return multiplyRow<P, precision>(a.data, a.depth, panel, columns, c.data);
  const auto tile = [&](Index first, int count) {
    const RowOperand from{a.data + first * a.rowStride, a.rowStride, a.depth};
    const Matrix to{c.data + first * c.stride, c.stride};
    if constexpr (precision == Precision::fp32) {
      multiplyRows<P>(count, columns, from, ConstMatrix{panel, columns}, to, to);
    } else {
      for (Index column = 0; column < columns;) {
        const bool wide = columns - column >= pairVectors<P> * P::lanes;
        pairTiles<P>[wide][count - 1](from, panel + column, columns, Matrix{to.data + column, to.stride});
        column += (wide ? pairVectors<P> : 1) * P::lanes;
      }
    }
  };
  overTiles(rows, precision == Precision::fp32 ? rowsPerTile<P>(columns) : pairRows<P>, tile);
}

}  // namespace
}  // namespace unroll
