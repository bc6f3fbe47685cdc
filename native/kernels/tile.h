// Matrix products as register tiles: C[rows, columns] = A[rows, depth] B[depth, columns] + D[rows, columns]. A tile's accumulators stay
// in registers over the whole depth. Every element is summed in the order of the depth whatever the tiling, so results
// do not depend on how rows are shared out. A and B are made of numbers or of pairs of bf16 numbers (pairs.h): then depths count
// pairs. C and D are numbers.
#pragma once
#include <array>
#include <utility>

#include "kernels/pairs.h"

namespace unroll {
namespace {  // see vector.h

/** Rows of A side by side in memory, in one piece or in equal segments (the panels of dgates). */
template <class ElementType>
struct RowOperandOf {
  using Element = ElementType;
  const Element* data;
  Index rowStride;
  Index depth;                     // in all
  Index segmentDepth = INT64_MAX;  // the last segment may be shorter
  Index segmentStride = 0;
};

using RowOperand = RowOperandOf<float>;

/** A transposed and packed: [depth, rows of the tile]. */
template <class ElementType>
struct PackedOperandOf {
  using Element = ElementType;
  const Element* data;
  Index depth;
};
using PackedOperand = PackedOperandOf<float>;

template <class Element>
struct ConstMatrixOf {
  const Element* data;
  Index stride;
};
using ConstMatrix = ConstMatrixOf<float>;
struct Matrix {
  float* data;
  Index stride;
  operator ConstMatrix() const { return {data, stride}; }
};
/** In place of what a product may be added to. */
constexpr ConstMatrix nothing{nullptr, 0};

/** The sums of one tile, kept in registers by full unrolling. */
template <class P, int Rows, int Vectors>
struct Accumulators {
  Vector<P> sums[Rows][Vectors];

  template <class Work>
  [[gnu::always_inline]] static void each(const Work& work) {
#pragma GCC unroll 16
    for (int row = 0; row < Rows; row++)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; v++) work(row, v);
  }
  [[gnu::always_inline]] void clear() {
    each([&](int row, int v) { sums[row][v] = Vector<P>{}; });
  }
  /** One step of the depth: element(row) * b. */
  template <class Element, class At>
  [[gnu::always_inline]] void add(const Element* b, const At& element) {
    decltype(load<P>(b)) columns[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) columns[v] = load<P>(b + v * P::lanes);
    each([&](int row, int v) { sums[row][v] = multiplyAdd<P>(sums[row][v], element(row), columns[v]); });
  }
  /** D, which may be C itself, is added last: long sums over blocks of the depth lose less that way. */
  [[gnu::always_inline]] void write(Matrix c, ConstMatrix d) {
    if (d.data) each([&](int row, int v) { sums[row][v] += load<P>(d.data + row * d.stride + v * P::lanes); });
    each([&](int row, int v) { store<P>(c.data + row * c.stride + v * P::lanes, sums[row][v]); });
  }
};

template <class P, int Rows, int Vectors, class Element>
[[gnu::noinline]] void multiplyTile(const RowOperandOf<Element>& a, ConstMatrixOf<Element> b, Matrix c, ConstMatrix d) {
  Accumulators<P, Rows, Vectors> tile;
  tile.clear();
  const Element* segment = a.data;
  const Element* column = b.data;
  const Index rowStride = a.rowStride, columnStride = b.stride;
  for (Index left = a.depth; left > 0; left -= a.segmentDepth, segment += a.segmentStride) {
    const Index depth = left < a.segmentDepth ? left : a.segmentDepth;
    if (left > a.segmentDepth)
      for (int row = 0; row < Rows; row++) prefetch(segment + a.segmentStride + row * rowStride, a.segmentDepth);
    for (Index k = 0; k < depth; k++, column += columnStride)
      tile.add(column, [&](int row) { return segment[row * rowStride + k]; });
  }
  tile.write(c, d);
}

template <class P, int Rows, int Vectors, class Element>
[[gnu::noinline]] void multiplyTile(const PackedOperandOf<Element>& a, ConstMatrixOf<Element> b, Matrix c, ConstMatrix d) {
  Accumulators<P, Rows, Vectors> tile;
  tile.clear();
  const Element* rows = a.data;
  const Element* column = b.data;
  const Index depth = a.depth, columnStride = b.stride;
  for (Index k = 0; k < depth; k++, rows += Rows, column += columnStride)
    tile.add(column, [&](int row) { return rows[row]; });
  tile.write(c, d);
}

/** The most rows a tile of so many vectors may have. A pair of A takes a register; a number comes with the instruction. */
template <class P, class Element = float>
constexpr int maximumRows(int vectors) {
  constexpr int others = std::is_same_v<Element, Pair> ? P::tileVectors : 0;
  return std::min(14, (P::accumulators - others) / vectors);
}

template <class P, class Operand>
using TileFunction = void (*)(const Operand&, ConstMatrixOf<typename Operand::Element>, Matrix, ConstMatrix);

/** multiplyTile for 1 .. maximumRows rows. */
template <class P, class Operand, int Vectors>
constexpr auto tileFunctions = []<std::size_t... Row>(std::index_sequence<Row...>) {
  return std::array<TileFunction<P, Operand>, sizeof...(Row)>{&multiplyTile<P, int(Row) + 1, Vectors>...};
}(std::make_index_sequence<maximumRows<P, typename Operand::Element>(Vectors)>{});

template <class P, class Operand>
inline void multiplyTile(int rows, int vectors, const Operand& a, ConstMatrixOf<typename Operand::Element> b, Matrix c,
                         ConstMatrix d) {
  static_assert(P::tileVectors == 2 || P::tileVectors == 4);
  switch (vectors) {
    case 1:
      return tileFunctions<P, Operand, 1>[rows - 1](a, b, c, d);
    case 2:
      return tileFunctions<P, Operand, 2>[rows - 1](a, b, c, d);
    case 3:
      if constexpr (P::tileVectors == 4) return tileFunctions<P, Operand, 3>[rows - 1](a, b, c, d);
      break;
    case 4:
      if constexpr (P::tileVectors == 4) return tileFunctions<P, Operand, 4>[rows - 1](a, b, c, d);
      break;
  }
}

/** Rows cut into the fewest tiles, as even as can be: 25 are 7 6 6 6. Calls work(firstRow, rows). */
template <class Work>
inline void overTiles(Index rows, int maximum, const Work& work) {
  const Index tiles = divideUp(rows, maximum);
  for (Index tile = 0; tile < tiles; tile++) {
    const Index first = rows * tile / tiles;
    work(first, int(rows * (tile + 1) / tiles - first));
  }
}

/** Columns (a multiple of 16) cut into strips of a tile's width. Calls work(firstColumn, vectors). */
template <class P, class Work>
inline void overStrips(Index columns, const Work& work) {
  for (Index column = 0; column < columns; column += P::tileVectors * P::lanes) {
    const Index vectors = (columns - column) / P::lanes;
    work(column, int(vectors < P::tileVectors ? vectors : P::tileVectors));
  }
}

/** How many rows a tile over these columns has at most. */
template <class P, class Element = float>
inline int rowsPerTile(Index columns) {
  const Index vectors = columns / P::lanes;
  return maximumRows<P, Element>(int(vectors < P::tileVectors ? vectors : P::tileVectors));
}

/** C[rows, columns] = A B + D for as many rows as one tile may have: see rowsPerTile. */
template <class P, class Operand>
inline void multiplyRows(int rows, Index columns, const Operand& a, ConstMatrixOf<typename Operand::Element> b, Matrix c,
                         ConstMatrix d) {
  overStrips<P>(columns, [&](Index column, int vectors) {
    multiplyTile<P>(rows, vectors, a, {b.data + column, b.stride}, Matrix{c.data + column, c.stride},
                    d.data ? ConstMatrix{d.data + column, d.stride} : nothing);
  });
}

}  // namespace
}  // namespace unroll
