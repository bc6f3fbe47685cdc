// A dense head, softmax cross-entropy and the gradients of all of it, without the logits ever leaving the cache: a block
// of rows goes forward and back at once. The gradient of the kernel is one product over the rows, shared out by units.
//
//   packed weights      [strips of 64 classes, units, columns of the strip]
//   their transpose     [tiles of 64 units, classes, columns of the tile]
//   logits, then their gradient   [rows of a chunk, paddedClasses]
#pragma once
#include "kernels/scratch.h"
#include "kernels/tile.h"
#include "kernels/training/cross-entropy.h"

namespace unroll {
namespace {

template <class P>
class SoftmaxHead {
 public:
  explicit SoftmaxHead(const SoftmaxHeadCall& call)
      : call(call),
        paddedClasses(roundUp(call.classes, slotColumns)),
        paddedUnits(roundUp(call.units, slotColumns)) {}

  void run(ThreadPool& pool) {
    allocate();
    pool.run(int(strips() + tiles()), [&](int task) { task < strips() ? pack(task) : packTransposed(task - strips()); });
    const int groups = int(divideUp(call.units, unitsPerTask));
    for (Index first = 0; first < call.rows; first += chunkRows) {
      const Index last = std::min(first + chunkRows, call.rows);
      pool.run(int(divideUp(last - first, rowsPerTask)), [&](int task) {
        const Index start = first + task * rowsPerTask;
        runRows(start, std::min(start + rowsPerTask, last), logits + (start - first) * paddedClasses);
      });
      pool.run(groups + 1, [&](int task) {
        task < groups ? multiplyWeights(task * unitsPerTask, first, last) : sumBias(first, last);
      });
    }
  }

 private:
  static constexpr Index rowsPerTask = 56, blockRows = 128;
  static constexpr Index unitsPerTask = maximumRows<P>(P::tileVectors);  // one tile's

  const SoftmaxHeadCall& call;
  const Index paddedClasses, paddedUnits;
  Index chunkRows;
  float *weights, *transposed, *bias, *logits;

  Index strips() const { return divideUp(paddedClasses, panelColumns); }
  Index tiles() const { return divideUp(paddedUnits, panelColumns); }
  static Index width(Index padded, Index part) { return std::min(panelColumns, padded - part * panelColumns); }

  void allocate() {
    static thread_local Scratch packed, gradients;
    weights = packed.atLeast(2 * paddedUnits * paddedClasses + paddedClasses);
    transposed = weights + paddedUnits * paddedClasses;
    bias = transposed + paddedUnits * paddedClasses;
    constexpr Index chunk = 1 << 22;  // floats: 16 MB of logits at a time
    chunkRows = std::min(call.rows, roundUp(std::max<Index>(1, chunk / paddedClasses), rowsPerTask));
    logits = gradients.atLeast(chunkRows * paddedClasses);
    std::memcpy(bias, call.bias, sizeof(float) * call.classes);
    // A logit of minus infinity is no class: rows are worked on in whole vectors.
    std::fill(bias + call.classes, bias + paddedClasses, -INFINITY);
  }

  void pack(Index strip) {
    const Index columns = width(paddedClasses, strip), first = strip * panelColumns;
    const Index used = std::min(columns, call.classes - first);
    float* to = weights + first * call.units;
    for (Index unit = 0; unit < call.units; unit++, to += columns) {
      std::memset(to, 0, sizeof(float) * columns);
      std::memcpy(to, call.kernel + unit * call.classes + first, sizeof(float) * used);
    }
  }
  void packTransposed(Index tile) {
    const Index columns = width(paddedUnits, tile), first = tile * panelColumns;
    float* to = transposed + first * call.classes;
    for (Index each = 0; each < call.classes; each++, to += columns)
      for (Index unit = 0; unit < columns; unit++)
        to[unit] = first + unit < call.units ? call.kernel[(first + unit) * call.classes + each] : 0.0f;
  }

  void runRows(Index first, Index last, float* at) {
    for (Index strip = 0; strip < strips(); strip++) {
      const Index columns = width(paddedClasses, strip), column = strip * panelColumns;
      overTiles(last - first, rowsPerTile<P>(columns), [&](Index row, int rows) {
        const RowOperand hidden{call.hidden + (first + row) * call.stride, call.stride, call.units};
        multiplyRows<P>(rows, columns, hidden, ConstMatrix{weights + column * call.units, columns},
                        Matrix{at + row * paddedClasses + column, paddedClasses}, ConstMatrix{bias + column, 0});
      });
    }
    for (Index row = first; row < last; row++) {
      float* values = at + (row - first) * paddedClasses;
      call.rowLosses[row] = crossEntropyRow<P>({values, values, paddedClasses, call.labels[row], call.rows});
    }
    hiddenGradient(first, last, at);
  }

  /** gradient of hidden = gradient of logits kernel^T; through a buffer where a row ends within a tile. */
  void hiddenGradient(Index first, Index last, const float* gradients) {
    alignas(64) float buffer[14 * panelColumns];
    for (Index tile = 0; tile < tiles(); tile++) {
      const Index columns = width(paddedUnits, tile), unit = tile * panelColumns;
      const Index used = std::min(columns, call.units - unit);
      overTiles(last - first, rowsPerTile<P>(columns), [&](Index row, int rows) {
        const RowOperand a{gradients + row * paddedClasses, paddedClasses, call.classes};
        const Matrix target{call.hiddenGradient + (first + row) * call.stride + unit, call.stride};
        const Matrix product = used == columns ? target : Matrix{buffer, panelColumns};
        multiplyRows<P>(rows, columns, a, ConstMatrix{transposed + unit * call.classes, columns}, product, nothing);
        for (int i = 0; i < rows && used < columns; i++)
          std::memcpy(target.data + i * target.stride, buffer + i * panelColumns, sizeof(float) * used);
      });
    }
  }

  /** Some units' rows of the kernel's gradient, over the rows of a chunk in order. */
  void multiplyWeights(Index firstUnit, Index first, Index last) {
    static thread_local Scratch products;
    alignas(64) float packed[unitsPerTask * blockRows + slotColumns];
    float* const sums = products.atLeast(strips() * unitsPerTask * panelColumns);
    const int units = int(std::min<Index>(unitsPerTask, call.units - firstUnit));
    for (Index start = first; start < last; start += blockRows) {
      const Index rows = std::min(blockRows, last - start);
      packUnits(call.hidden + start * call.stride + firstUnit, rows, units, packed);
      for (Index strip = 0; strip < strips(); strip++) {
        const ConstMatrix gradients{logits + (start - first) * paddedClasses + strip * panelColumns, paddedClasses};
        const Matrix sum{sums + strip * unitsPerTask * panelColumns, panelColumns};
        multiplyRows<P>(units, width(paddedClasses, strip), PackedOperand{packed, rows}, gradients, sum,
                        start > first ? sum : nothing);
      }
    }
    for (Index strip = 0; strip < strips(); strip++)
      for (int i = 0; i < units; i++)
        addRow(call.kernelGradient + (firstUnit + i) * call.classes + strip * panelColumns,
               sums + (strip * unitsPerTask + i) * panelColumns,
               std::min(panelColumns, call.classes - strip * panelColumns), first > 0);
  }

  /** Columns of hidden, row by row: [rows, units]. */
  void packUnits(const float* from, Index rows, int units, float* to) const {
    if (units == unitsPerTask)  // a size that the compiler knows
      for (Index row = 0; row < rows; row++, from += call.stride, to += unitsPerTask)
        std::memcpy(to, from, sizeof(float) * unitsPerTask);
    else
      for (Index row = 0; row < rows; row++, from += call.stride, to += units)
        std::memcpy(to, from, sizeof(float) * units);
  }

  void sumBias(Index first, Index last) {
    if (first == 0) std::memset(call.biasGradient, 0, sizeof(float) * call.classes);
    for (Index row = first; row < last; row++)
      addRow(call.biasGradient, logits + (row - first) * paddedClasses, call.classes, true);
  }

  static void addRow(float* to, const float* from, Index columns, bool accumulate) {
    if (!accumulate) return void(std::memcpy(to, from, sizeof(float) * columns));
#pragma GCC ivdep
    for (Index column = 0; column < columns; column++) to[column] += from[column];
  }
};

template <class P>
void runSoftmaxHead(const SoftmaxHeadCall& call, ThreadPool& pool) {
  SoftmaxHead<P>(call).run(pool);
}

}  // namespace
}  // namespace unroll
