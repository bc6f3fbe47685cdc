// Gradients of kernel, recurrent kernel and bias: one product each over all steps, A^T dgates with A the inputs or the
// hidden states. A is packed once, in tiles' order, for all panels. Every sum runs over the steps in order, in blocks. Where
// products are of pairs, two neighbouring steps are one.
#pragma once
#include <vector>

#include "kernels/recurrent/gradient-data.h"

namespace unroll {
namespace {

/** Rows of A, one a step, batch fastest. */
template <class Element>
struct SourceOf {
  const float* data;
  Index batchStride, timeStride;
  Index columns;
  Window window;    // of dgates
  float* gradient;  // [columns, gates * units]
  Element* packed;  // [blocks, tiles of columns, steps of the block, columns of the tile]
};

template <class P, class Element>
class GradientWeights {
  using Source = SourceOf<Element>;

 public:
  /** After GradientData, which fills `gates`. */
  GradientWeights(const GradientCall& call, GateGradients<Element> gates)
      : call(call),
        layout(gates.layout),
        gates(gates) {
    const auto& shape = layout.shape;
    const Reserve<const float> reserve(call.reserve, layout);
    const Index padded = layout.paddedUnits;
    add({reserve.hidden, padded, shape.batch * padded, shape.units, layout.hiddenWindow(), call.recurrentKernelGradient,
         nullptr});
    if (shape.cell == Cell::gruResetBefore)
      add({reserve.second, padded, shape.batch * padded, shape.units, layout.resetWindow(),
           call.recurrentKernelGradient, nullptr});
    if (call.input.numbers)
      add({call.input.numbers.data, call.input.numbers.batchStride, call.input.numbers.timeStride, shape.input,
           layout.inputWindow(), call.kernelGradient, nullptr});
  }

  void run(ThreadPool& pool) {
    allocate();
    const int blocks = int(divideUp(layout.steps, blockSteps)), panels = int(layout.panels);
    pool.run(blocks * sourceCount, [&](int task) { pack(sources[task % sourceCount], task / sourceCount); });
    pool.run(panels * sourceCount, [&](int task) { multiply(sources[task / panels], task % panels); });
  }

 private:
  static constexpr Index blockSteps = 256;  // a block of dgates, 64 KB, stays near while all tiles of A pass by

  const GradientCall& call;
  const PanelLayout& layout;
  const GateGradients<Element> gates;
  Source sources[3];
  int sourceCount = 0;
  float* sums;         // [sources, panels, columns, 64]
  float* tokenPanels;  // [panels, input, 64]: of the kernel's gradient, where there are token ids
  std::int32_t* tokens;  // [steps], batch fastest

  void add(const Source& source) { sources[sourceCount++] = source; }

  void allocate() {
    static thread_local Scratch packed, products, byToken, ids;
    Index size = 0, largest = 0;
    for (int i = 0; i < sourceCount; i++) {
      size += sources[i].columns * elementsOf<Element>(layout.steps);
      largest = std::max(largest, sources[i].columns);
    }
    Element* next = packed.atLeast<Element>(size);
    for (int i = 0; i < sourceCount; i++) {
      sources[i].packed = next;
      next += sources[i].columns * elementsOf<Element>(layout.steps);
    }
    sums = products.atLeast(sourceCount * layout.panels * largest * panelColumns);
    largestSource = largest;
    if (!call.input.tokens) return;
    tokenPanels = byToken.atLeast(layout.panels * layout.shape.input * panelColumns);
    tokens = reinterpret_cast<std::int32_t*>(ids.atLeast(layout.steps));
    for (Index row = 0; row < layout.shape.batch; row++)
      for (Index time = 0; time < layout.shape.time; time++)
        tokens[time * layout.shape.batch + row] = call.input.tokens[row * layout.shape.time + time];
  }
  Index largestSource = 0;

  int tileRows(const Source& source) const { return rowsPerTile<P, Element>(layout.columnsIn(0, source.window)); }
  Index stepsIn(Index block) const { return std::min(blockSteps, layout.steps - block * blockSteps); }

  /** First element of a block of A. */
  static Element* blockOf(const Source& source, Index block) {
    return source.packed + block * (blockSteps / depthStep<Element>) * source.columns;
  }

  void pack(const Source& source, Index block) {
    const Index steps = stepsIn(block), elements = elementsOf<Element>(steps);
    std::vector<Tile> tiles;
    overTiles(source.columns, tileRows(source), [&](Index column, int columns) {
      tiles.push_back({column, columns, blockOf(source, block) + column * elements});
    });
    StepRows rows(source, layout.shape.batch, block * blockSteps);
    for (Index step = 0; step < steps; step += depthStep<Element>) {
      const float* from = rows.next();
      const float* odd = depthStep<Element> == 2 && step + 1 < steps ? rows.next() : nullptr;
      for (Tile& tile : tiles) {
        const Index room = std::min(source.columns - tile.column, (elements - step / depthStep<Element>) * tile.columns);
        if constexpr (std::is_same_v<Element, float>)
          copyColumns(from + tile.column, tile.to, tile.columns, room);
        else
          pairColumns(from + tile.column, odd ? odd + tile.column : nullptr, tile.to, tile.columns);
        tile.to += tile.columns;
      }
    }
  }

  /** The rows of A, step by step. */
  struct StepRows {
    const Source& source;
    const Index batch;
    Index time, row;

    StepRows(const Source& source, Index batch, Index first)
        : source(source),
          batch(batch),
          time(first / batch),
          row(first % batch) {}
    const float* next() {
      const float* at = source.data + row * source.batchStride + time * source.timeStride;
      if (++row == batch) row = 0, time++;
      return at;
    }
  };
  struct Tile {
    Index column;
    int columns;
    Element* to;
  };
  /** Half a slot or a whole one where both sides have room: what it writes too much, the tile's next steps write over. */
  static void copyColumns(const float* from, float* to, int columns, Index room) {
    constexpr Index half = slotColumns / 2;
    if (columns <= half && room >= half) return void(std::memcpy(to, from, sizeof(float) * half));
    if (room < slotColumns) return void(std::memcpy(to, from, sizeof(float) * columns));
    overSlot<P>([&](Index offset) { store<P>(to + offset, load<P>(from + offset)); });
  }

  static void pairColumns(const float* even, const float* odd, Pair* to, int columns) {
    alignas(64) float rows[2][slotColumns] = {};
    alignas(64) Pair pairs[slotColumns];
    std::memcpy(rows[0], even, sizeof(float) * columns);
    if (odd) std::memcpy(rows[1], odd, sizeof(float) * columns);
    toPairs<P>(rows[0], rows[1], slotColumns, pairs);
    std::memcpy(to, pairs, sizeof(Pair) * columns);
  }

  /** One panel's columns of a source's gradient; with the first source also those of the sums, while dgates are near. */
  void multiply(const Source& source, Index panel) {
    StepSums stepSums(*this, panel);
    const Index columns = layout.columnsIn(panel, source.window);
    float* sum = sums + ((&source - sources) * layout.panels + panel) * largestSource * panelColumns;
    for (Index block = 0; block < divideUp(layout.steps, blockSteps); block++) {
      const Index first = block * blockSteps, steps = stepsIn(block), elements = elementsOf<Element>(steps);
      const Element* dgates = stepsOf(panel, first, steps);
      const ConstMatrixOf<Element> window{dgates + source.window.firstColumn(), panelColumns};
      const Element* packed = blockOf(source, block);
      overTiles(source.columns, tileRows(source), [&](Index row, int rows) {
        const Matrix sums{sum + row * panelColumns, panelColumns};
        multiplyRows<P>(rows, columns, PackedOperandOf<Element>{packed, elements}, window, sums,
                        block > 0 ? sums : nothing);
        packed += elements * rows;
      });
      if (&source == sources) stepSums.add(dgates, first, steps);
    }
    if (&source == sources) stepSums.write();
    unpackPanel(layout, source.window, source.columns, sum, panel, source.gradient);
  }

  /** A panel's dgates of some steps, [elements of the steps, 64]: where they lie, or paired in a scratch of the thread's. */
  const Element* stepsOf(Index panel, Index first, Index steps) const {
    if constexpr (std::is_same_v<Element, float>) {
      return gates.at(panel, first);
    } else {
      static thread_local Scratch scratch;
      static constexpr Pair zeros[panelColumns / 2] = {};
      Pair* paired = scratch.atLeast<Pair>(blockSteps / 2 * panelColumns);
      for (Index step = 0; step < steps; step += 2)
        pairRounded<P>(gates.at(panel, first + step), step + 1 < steps ? gates.at(panel, first + step + 1) : zeros,
                       panelColumns, paired + step / 2 * panelColumns);
      return paired;
    }
  }

  /** One panel's columns of the bias's gradient and, for token ids, of the kernel's: plain sums of dgates. */
  struct StepSums {
    const GradientWeights& of;
    const Index panel;
    float* byToken;  // [input, 64]
    float total[panelColumns] = {};

    StepSums(const GradientWeights& of, Index panel)
        : of(of),
          panel(panel),
          byToken(of.call.input.tokens ? of.tokenPanels + panel * of.layout.shape.input * panelColumns : nullptr) {}

    /** `dgates`: of stepsOf. */
    void add(const Element* dgates, Index first, Index steps) {
      if (byToken && first == 0) std::memset(byToken, 0, sizeof(float) * of.layout.shape.input * panelColumns);
      float block[panelColumns] = {};
      for (Index step = 0; step < steps; step++) {
        const Element* row = dgates + step / depthStep<Element> * panelColumns;
        const bool isOdd = step % depthStep<Element> == 1;
        addRow(block, row, isOdd);
        if (byToken) addRow(byToken + of.tokens[first + step] * panelColumns, row, isOdd);
      }
      addRow(total, block, false);
    }
    template <class From>
    static void addRow(float* to, const From* from, bool isOdd) {
#pragma GCC unroll 4
      for (Index column = 0; column < panelColumns; column += P::lanes)
        store<P>(to + column, load<P>(to + column) + numbers(load<P>(from + column), isOdd));
    }
    static Vector<P> numbers(Vector<P> values, bool) { return values; }
    static Vector<P> numbers(Words<P> pairs, bool isOdd) { return isOdd ? oddNumbers<P>(pairs) : evenNumbers<P>(pairs); }
    void write() const {
      of.writeBias(panel, total);
      const PanelLayout& layout = of.layout;
      if (byToken)
        unpackPanel(layout, layout.inputWindow(), layout.shape.input, byToken, panel, of.call.kernelGradient);
    }
  };
  void writeBias(Index panel, const float* bias) const {
    const Index slots = layout.slotsIn(panel, layout.inputWindow());
    for (Index slot = 0; slot < slots; slot++)
      std::memcpy(call.biasGradient + layout.kerasColumn(panel, slot), bias + slot * slotColumns,
                  sizeof(float) * layout.unitsIn(panel, slot));
    if (layout.shape.cell != Cell::gruResetAfter) return;
    for (Index slot = 1; slot < 4; slot++)
      std::memcpy(call.biasGradient + layout.shape.gateColumns() + layout.kerasColumn(panel, slot),
                  bias + slot * slotColumns, sizeof(float) * layout.unitsIn(panel, slot));
  }
};

}  // namespace
}  // namespace unroll
