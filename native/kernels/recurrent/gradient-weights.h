// Gradients of kernel, recurrent kernel and bias: one product each over all steps, A^T dgates with A the inputs or the
// hidden states. A is packed once, in tiles' order, for all panels. Every sum runs over the steps in order, in blocks.
#pragma once
#include <vector>

#include "kernels/recurrent/gradient-data.h"

namespace unroll {
namespace {

/** Rows of A, one a step, batch fastest. */
struct Source {
  const float* data;
  Index batchStride, timeStride;
  Index columns;
  Window window;    // of dgates
  float* gradient;  // [columns, gates * units]
  float* packed;    // [blocks, tiles of columns, steps of the block, columns of the tile]
};

template <class P>
class GradientWeights {
 public:
  /** After GradientData: the reserve holds dgates. */
  GradientWeights(const GradientCall& call, const PanelLayout& layout)
      : call(call),
        layout(layout),
        gateGradients(Reserve<float>(call.reserve, layout).gates) {
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
  const float* const gateGradients;
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
      size += sources[i].columns * layout.steps;
      largest = std::max(largest, sources[i].columns);
    }
    float* next = packed.atLeast(size);
    for (int i = 0; i < sourceCount; i++) {
      sources[i].packed = next;
      next += sources[i].columns * layout.steps;
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

  int tileRows(const Source& source) const { return rowsPerTile<P>(layout.columnsIn(0, source.window)); }
  Index stepsIn(Index block) const { return std::min(blockSteps, layout.steps - block * blockSteps); }

  void pack(const Source& source, Index block) {
    const Index batch = layout.shape.batch, first = block * blockSteps, steps = stepsIn(block);
    float* to = source.packed + first * source.columns;
    std::vector<Tile> tiles;
    overTiles(source.columns, tileRows(source), [&](Index column, int columns) {
      tiles.push_back({column, columns, to + column * steps});
    });
    Index time = first / batch, row = first % batch;
    for (Index step = 0; step < steps; step++) {
      const float* from = source.data + row * source.batchStride + time * source.timeStride;
      for (Tile& tile : tiles) {
        const Index room = std::min(source.columns - tile.column, (steps - step) * tile.columns);
        copyColumns(from + tile.column, tile.to, tile.columns, room);
        tile.to += tile.columns;
      }
      if (++row == batch) row = 0, time++;
    }
  }

  struct Tile {
    Index column;
    int columns;
    float* to;
  };
  /** Half a slot or a whole one where both sides have room: what it writes too much, the tile's next steps write over. */
  static void copyColumns(const float* from, float* to, int columns, Index room) {
    constexpr Index half = slotColumns / 2;
    if (columns <= half && room >= half) return void(std::memcpy(to, from, sizeof(float) * half));
    if (room < slotColumns) return void(std::memcpy(to, from, sizeof(float) * columns));
    overSlot<P>([&](Index offset) { store<P>(to + offset, load<P>(from + offset)); });
  }

  /** One panel's columns of a source's gradient; with the first source also those of the sums, while dgates are near. */
  void multiply(const Source& source, Index panel) {
    StepSums stepSums(*this, panel);
    const Index columns = layout.columnsIn(panel, source.window);
    float* sum = sums + ((&source - sources) * layout.panels + panel) * largestSource * panelColumns;
    for (Index block = 0; block < divideUp(layout.steps, blockSteps); block++) {
      const Index first = block * blockSteps, steps = stepsIn(block);
      const ConstMatrix dgates{gateGradients + layout.gateRow(panel, first) + source.window.firstColumn(),
                               panelColumns};
      const float* packed = source.packed + first * source.columns;
      overTiles(source.columns, tileRows(source), [&](Index row, int rows) {
        const Matrix sums{sum + row * panelColumns, panelColumns};
        multiplyRows<P>(rows, columns, PackedOperand{packed, steps}, dgates, sums, block > 0 ? sums : nothing);
        packed += steps * rows;
      });
      if (&source == sources) stepSums.add(first, steps);
    }
    if (&source == sources) stepSums.write();
    unpackPanel(layout, source.window, source.columns, sum, panel, source.gradient);
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

    void add(Index first, Index steps) {
      if (byToken && first == 0) std::memset(byToken, 0, sizeof(float) * of.layout.shape.input * panelColumns);
      float block[panelColumns] = {};
      const float* dgates = of.gateGradients + of.layout.gateRow(panel, first);
      for (Index step = 0; step < steps; step++, dgates += panelColumns) {
        addRow(block, dgates);
        if (byToken) addRow(byToken + of.tokens[first + step] * panelColumns, dgates);
      }
      addRow(total, block);
    }
    static void addRow(float* to, const float* from) {
#pragma GCC unroll 4
      for (Index column = 0; column < panelColumns; column += P::lanes)
        store<P>(to + column, load<P>(to + column) + load<P>(from + column));
    }
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
