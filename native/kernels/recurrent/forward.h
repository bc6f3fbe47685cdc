// A whole sequence forward. Each thread owns some batch rows for all steps, so nothing waits inside the sequence.
#pragma once
#include "kernels/recurrent/cells.h"
#include "kernels/recurrent/pack.h"
#include "kernels/scratch.h"
#include "kernels/tile.h"
#include "threads/thread-pool.h"

namespace unroll {
namespace {

/** Batch rows [first, last). */
struct RowRange {
  Index first, last;
  Index size() const { return last - first; }
};

/** Steps [first, last). */
struct TimeRange {
  Index first, last;
};

/**
 * How many steps of some batch rows are projected at once: their gates stay in the second-level cache until they are used
 * again, unless that were too few rows to make up for reading the weights.
 */
inline Index stepsAtOnce(const PanelLayout& layout, RowRange rows) {
  constexpr Index floats = 320 * 1024 / sizeof(float), fewestRows = 100;
  const Index fitting = floats / (rows.size() * layout.panels * panelColumns);
  return std::max(fitting, divideUp(fewestRows, rows.size()));
}

/** Calls work(times) for short runs of steps, in order. */
template <class Work>
inline void overTimeBlocks(const PanelLayout& layout, RowRange rows, const Work& work) {
  const Index steps = stepsAtOnce(layout, rows), time = layout.shape.time;
  for (Index first = 0; first < time; first += steps) work(TimeRange{first, std::min(first + steps, time)});
}

/** Calls work(range) for equal ranges of batch rows, one a thread. */
template <class Work>
inline void overRowRanges(const RecurrentShape& shape, ThreadPool& pool, const Work& work) {
  const int ranges = int(std::min<Index>(pool.threads(), shape.batch));
  pool.run(ranges,
           [&](int range) { work(RowRange{shape.batch * range / ranges, shape.batch * (range + 1) / ranges}); });
}

template <class P, template <class> class CellOf>
class Forward {
  using Cell = CellOf<P>;

 public:
  explicit Forward(const ForwardCall& call) : call(call), layout(call.shape), reserve(call.reserve, layout) {}

  void run(ThreadPool& pool) {
    allocate();
    pool.run(int(layout.panels), [&](int panel) { pack(panel); });
    overRowRanges(call.shape, pool, [&](RowRange rows) { runRows(rows); });
  }

 private:
  const ForwardCall& call;
  const PanelLayout layout;
  const Reserve<float> reserve;
  float *inputPanels, *hiddenPanels, *resetPanels, *biasPanels;

  void allocate() {
    static thread_local Scratch input, hidden, reset, bias;
    const Index units = layout.shape.units;
    inputPanels =
        input.atLeast(call.input.tokens ? 0 : packedPanel(layout.inputWindow(), layout.shape.input, layout.panels));
    hiddenPanels = hidden.atLeast(packedPanel(layout.hiddenWindow(), units, layout.panels));
    resetPanels = reset.atLeast(Cell::twoProducts ? packedPanel(layout.resetWindow(), units, layout.panels) : 0);
    biasPanels = bias.atLeast(layout.panels * panelColumns);
  }

  void pack(Index panel) {
    const auto packed = [&](Window window, Index rows, const float* kernel, float* to) {
      packPanel<P>(layout, window, rows, kernel, panel, to + packedPanel(window, rows, panel));
    };
    if (call.input.numbers) packed(layout.inputWindow(), layout.shape.input, call.weights.kernel, inputPanels);
    packed(layout.hiddenWindow(), layout.shape.units, call.weights.recurrentKernel, hiddenPanels);
    if constexpr (Cell::twoProducts)
      packed(layout.resetWindow(), layout.shape.units, call.weights.recurrentKernel, resetPanels);
    packBias<P>(layout, call.weights.bias, panel, biasPanels + panel * panelColumns);
  }

  void runRows(RowRange rows) {
    startStates(rows);
    overTimeBlocks(layout, rows, [&](TimeRange times) {
      for (Index panel = 0; panel < layout.panels; panel++)
        if (call.input.numbers)
          projectNumbers(rows, times, panel);
        else
          gatherTokens(rows, times, panel);
      for (Index time = times.first; time < times.last; time++) {
        step(rows, time);
        if (call.outputs) writeOutputs(rows, time);
      }
    });
    finishStates(rows);
  }

  void copyIn(const float* from, float* to, RowRange rows) {
    const Index units = layout.shape.units;
    for (Index row = rows.first; row < rows.last; row++) {
      float* state = to + layout.stateRow(0, row);
      std::memcpy(state, from + row * units, sizeof(float) * units);
      std::memset(state + units, 0, sizeof(float) * (layout.paddedUnits - units));
    }
  }
  void copyOut(const float* from, float* to, RowRange rows) {
    const Index units = layout.shape.units;
    for (Index row = rows.first; row < rows.last; row++)
      std::memcpy(to + row * units, from + layout.stateRow(layout.shape.time, row), sizeof(float) * units);
  }
  void startStates(RowRange rows) {
    copyIn(call.initialHidden, reserve.hidden, rows);
    if (call.initialCell) copyIn(call.initialCell, reserve.second, rows);
  }
  void finishStates(RowRange rows) {
    copyOut(reserve.hidden, call.finalHidden, rows);
    if (call.finalCell) copyOut(reserve.second, call.finalCell, rows);
  }
  void writeOutputs(RowRange rows, Index time) {
    const Index units = layout.shape.units;
    for (Index row = rows.first; row < rows.last; row++)
      std::memcpy(call.outputs.at(row, time), reserve.hidden + layout.stateRow(time + 1, row), sizeof(float) * units);
  }

  /** gates = bias + inputs kernel. */
  void projectNumbers(RowRange rows, TimeRange times, Index panel) {
    const auto& shape = layout.shape;
    const Window window = layout.inputWindow();
    const Index columns = layout.columnsIn(panel, window);
    const ConstMatrix weights{inputPanels + packedPanel(window, shape.input, panel), columns};
    const ConstMatrix bias{biasPanels + panel * panelColumns, 0};
    for (Index time = times.first; time < times.last; time++)
      overTiles(rows.size(), rowsPerTile<P>(columns), [&](Index first, int count) {
        const Index row = rows.first + first;
        float* gates = reserve.gates + layout.gateRow(panel, time * shape.batch + row);
        for (int i = 0; i < count && columns < panelColumns; i++)  // the window leaves some to the recurrence
          std::memcpy(gates + i * panelColumns + columns, bias.data + columns, sizeof(float) * (panelColumns - columns));
        const auto& numbers = call.input.numbers;
        const RowOperand inputs{numbers.at(row, time), numbers.batchStride, shape.input};
        multiplyRows<P>(count, columns, inputs, weights, Matrix{gates, panelColumns}, bias);
      });
  }

  /** gates = bias + the kernel's row of the token. */
  void gatherTokens(RowRange rows, TimeRange times, Index panel) {
    const auto& shape = layout.shape;
    const Index slots = layout.slotsIn(panel, layout.inputWindow());
    const bool whole = slots == 4 && layout.unitsIn(panel, 3) == slotColumns;
    for (Index time = times.first; time < times.last; time++)
      for (Index row = rows.first; row < rows.last; row++) {
        float* gates = reserve.gates + layout.gateRow(panel, time * shape.batch + row);
        const float* kernelRow = call.weights.kernel + call.input.tokens[row * shape.time + time] * shape.gateColumns();
        if (whole) {
          startRow(kernelRow, panel, gates);
          continue;
        }
        for (Index slot = 0; slot < slots; slot++) startSlot(kernelRow, panel, slot, gates);
        for (Index slot = slots; slot < 4; slot++) startSlot(nullptr, panel, slot, gates);
      }
  }
  /** startSlot for four whole slots at once. */
  void startRow(const float* kernelRow, Index panel, float* gates) {
    const float* bias = biasPanels + panel * panelColumns;
#pragma GCC unroll 4
    for (Index slot = 0; slot < 4; slot++) {
      const float* weights = kernelRow + layout.kerasColumn(panel, slot);
      overSlot<P>([&](Index offset) {
        const Index column = slot * slotColumns + offset;
        store<P>(gates + column, load<P>(bias + column) + load<P>(weights + offset));
      });
    }
  }
  void startSlot(const float* kernelRow, Index panel, Index slot, float* gates) {
    const float* bias = biasPanels + panel * panelColumns + slot * slotColumns;
    const float* weights = kernelRow ? kernelRow + layout.kerasColumn(panel, slot) : nullptr;
    const Index units = kernelRow ? layout.unitsIn(panel, slot) : 0;
    float* to = gates + slot * slotColumns;
    if (units == slotColumns)
      return overSlot<P>(
          [&](Index offset) { store<P>(to + offset, load<P>(bias + offset) + load<P>(weights + offset)); });
    for (Index unit = 0; unit < slotColumns; unit++) to[unit] = bias[unit] + (unit < units ? weights[unit] : 0.0f);
  }

  void step(RowRange rows, Index time) {
    product(rows, time, layout.hiddenWindow(), hiddenPanels, reserve.hidden + layout.stateRow(time, 0), Cell::forward);
    if constexpr (Cell::twoProducts)
      product(rows, time, layout.resetWindow(), resetPanels, reserve.second + layout.stateRow(time, 0),
              Cell::finishForward);
  }

  /** gates += state weights, then the cell's arithmetic, for every panel at one time. */
  void product(RowRange rows, Index time, Window window, const float* weights, const float* state,
               void (*arithmetic)(const ForwardRows&)) {
    const Index units = layout.shape.units, batch = layout.shape.batch;
    for (Index panel = 0; panel < layout.panels; panel++) {
      const Index columns = layout.columnsIn(panel, window);
      const ConstMatrix panelWeights{weights + packedPanel(window, units, panel), columns};
      overTiles(rows.size(), rowsPerTile<P>(columns), [&](Index first, int count) {
        const Index row = rows.first + first;
        float* gates = reserve.gates + layout.gateRow(panel, time * batch + row);
        const RowOperand states{state + row * layout.paddedUnits, layout.paddedUnits, units};
        const Matrix sums{gates + window.firstColumn(), panelColumns};
        multiplyRows<P>(count, columns, states, panelWeights, sums, sums);
        arithmetic(at(panel, time, row, count, gates));
      });
    }
  }

  ForwardRows at(Index panel, Index time, Index row, int rows, float* gates) const {
    const Index before = layout.stateRow(time, row) + panel * layout.unitsPerPanel;
    const Index after = layout.stateRow(time + 1, row) + panel * layout.unitsPerPanel;
    return {.rows = rows,
            .slots = int(layout.slotsIn(panel, layout.hiddenWindow())),
            .stride = layout.paddedUnits,
            .gates = gates,
            .hiddenBefore = reserve.hidden + before,
            .hidden = reserve.hidden + after,
            .cellBefore = layout.shape.cell == unroll::Cell::lstm ? reserve.second + before : nullptr,
            .second = layout.hasSecond() ? reserve.second + (Cell::twoProducts ? before : after) : nullptr};
  }
};

}  // namespace
}  // namespace unroll
