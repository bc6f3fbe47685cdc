// Gradients of kernel, recurrent kernel and bias: one product each over all steps, A^T dgates with A the inputs or the
// hidden states. A is packed once, in tiles' order, for all panels. Every sum runs over the steps in order, in blocks.
#pragma once
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
  GradientWeights(const GradientCall& call, const PanelLayout& layout, const float* gateGradients)
      : call(call),
        layout(layout),
        gateGradients(gateGradients) {
    const auto& shape = layout.shape;
    const Reserve<const float> reserve(call.reserve, layout);
    const Index padded = layout.paddedUnits;
    add({reserve.hidden, padded, shape.batch * padded, shape.units, layout.hiddenWindow(), call.recurrentKernelGradient,
         nullptr});
    if (shape.cell == Cell::gruResetBefore)
      add({reserve.second, padded, shape.batch * padded, shape.units, layout.resetWindow(),
           call.recurrentKernelGradient, nullptr});
    if (call.input.numbers)
      add({call.input.numbers, shape.time * shape.input, shape.input, shape.input, layout.inputWindow(),
           call.kernelGradient, nullptr});
  }

  void run(ThreadPool& pool) {
    allocate();
    const int blocks = int(divideUp(layout.steps, blockSteps)), panels = int(layout.panels);
    pool.run(blocks * sourceCount, [&](int task) { pack(sources[task % sourceCount], task / sourceCount); });
    if (call.input.tokens)
      std::memset(call.kernelGradient, 0, sizeof(float) * layout.shape.input * layout.shape.gateColumns());
    pool.run(panels * (sourceCount + 1), [&](int task) {
      const int source = task / panels;
      if (source == sourceCount) return sumSteps(task % panels);
      multiply(sources[source], task % panels);
    });
  }

 private:
  static constexpr Index blockSteps = 256;  // a block of dgates, 64 KB, stays near while all tiles of A pass by

  const GradientCall& call;
  const PanelLayout& layout;
  const float* const gateGradients;
  Source sources[3];
  int sourceCount = 0;
  float* sums;  // [sources, panels, columns, 64]

  void add(const Source& source) { sources[sourceCount++] = source; }

  void allocate() {
    static thread_local Scratch packed, products;
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
  }
  Index largestSource = 0;

  int tileRows(const Source& source) const { return rowsPerTile<P>(layout.columnsIn(0, source.window)); }
  Index stepsIn(Index block) const { return std::min(blockSteps, layout.steps - block * blockSteps); }

  void pack(const Source& source, Index block) {
    const Index batch = layout.shape.batch, first = block * blockSteps, steps = stepsIn(block);
    float* to = source.packed + first * source.columns;
    overTiles(source.columns, tileRows(source), [&](Index column, int columns) {
      Index time = first / batch, row = first % batch;
      for (Index step = 0; step < steps; step++, to += columns) {
        const float* from = source.data + row * source.batchStride + time * source.timeStride + column;
        for (int i = 0; i < columns; i++) to[i] = from[i];
        if (++row == batch) row = 0, time++;
      }
    });
  }

  /** One panel's columns of a source's gradient. */
  void multiply(const Source& source, Index panel) {
    const Index columns = layout.columnsIn(panel, source.window);
    float* sum = sums + ((&source - sources) * layout.panels + panel) * largestSource * panelColumns;
    for (Index block = 0; block < divideUp(layout.steps, blockSteps); block++) {
      const Index first = block * blockSteps, steps = stepsIn(block);
      const ConstMatrix dgates{gateGradients + layout.gateRow(panel, first) + source.window.firstColumn(),
                               panelColumns};
      const float* packed = source.packed + first * source.columns;
      overTiles(source.columns, tileRows(source), [&](Index row, int rows) {
        multiplyRows<P>(rows, columns, PackedOperand{packed, steps}, dgates,
                        Matrix{sum + row * panelColumns, panelColumns}, block > 0);
        packed += steps * rows;
      });
    }
    unpackPanel(layout, source.window, source.columns, sum, panel, source.gradient);
  }

  /** One panel's columns of the bias's gradient and, for token ids, of the kernel's: plain sums of dgates. */
  void sumSteps(Index panel) {
    constexpr int vectors = panelColumns / P::lanes;
    Vector<P> total[vectors] = {};
    for (Index block = 0; block < divideUp(layout.steps, blockSteps); block++) {
      Vector<P> sums[vectors] = {};
      const float* dgates = gateGradients + layout.gateRow(panel, block * blockSteps);
      for (Index step = 0; step < stepsIn(block); step++, dgates += panelColumns)
        for (int i = 0; i < vectors; i++) sums[i] += load<P>(dgates + i * P::lanes);
      for (int i = 0; i < vectors; i++) total[i] += sums[i];
    }
    writeBias(panel, reinterpret_cast<const float*>(total));
    if (call.input.tokens) sumTokens(panel);
  }
  void sumTokens(Index panel) {
    const auto& shape = layout.shape;
    const Index slots = layout.slotsIn(panel, layout.inputWindow());
    for (Index step = 0; step < layout.steps; step++) {
      const Index token = call.input.tokens[step % shape.batch * shape.time + step / shape.batch];
      for (Index slot = 0; slot < slots; slot++)
        addTo(call.kernelGradient + token * shape.gateColumns(), panel, slot,
              gateGradients + layout.gateRow(panel, step));
    }
  }
  void addTo(float* kerasRow, Index panel, Index slot, const float* dgates) {
    float* to = kerasRow + layout.kerasColumn(panel, slot);
    const Index units = layout.unitsIn(panel, slot);
    const float* from = dgates + slot * slotColumns;
    if (units == slotColumns)
      return overSlot<P>([&](Index offset) { store<P>(to + offset, load<P>(to + offset) + load<P>(from + offset)); });
    for (Index unit = 0; unit < units; unit++) to[unit] += from[unit];
  }
  void writeBias(Index panel, const float* bias) {
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
