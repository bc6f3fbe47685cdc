// A whole sequence forward. Each thread owns some batch rows for all steps, so nothing waits inside the sequence. Products
// are of numbers, or of pairs (pairs.h); everything else is in single precision.
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

/** Rows of A, wherever they lie. */
template <class Element>
struct OperandRows {
  const Element* data;
  Index stride;
  RowOperandOf<Element> from(Index row, Index depth) const {
    return {data + row * stride, stride, elementsOf<Element>(depth)};
  }
};

/** Rows of numbers, `count` of them `stride` apart, as a product takes them: where they lie, or rounded in a scratch of the thread's. */
template <class P, class Element>
OperandRows<Element> operandRows(const float* data, Index stride, Index count, Index depth) {
  if constexpr (std::is_same_v<Element, float>) {
    return {data, stride};
  } else {
    static thread_local Scratch scratch;
    const Index pairs = roundUp(depth, slotColumns) / 2;
    Pair* rounded = scratch.atLeast<Pair>(count * pairs);
    for (Index row = 0; row < count; row++) roundRow<P>(data + row * stride, depth, rounded + row * pairs);
    return {rounded, pairs};
  }
}

template <class P, template <class> class CellOf, class Element>
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
  Element *inputPanels, *hiddenPanels, *resetPanels;
  float* biasPanels;

  void allocate() {
    static thread_local Scratch input, hidden, reset, bias;
    const Index units = layout.shape.units;
    const auto size = [&](Window window, Index rows) { return startOf(window, rows, layout.panels); };
    inputPanels = input.atLeast<Element>(call.input.tokens ? 0 : size(layout.inputWindow(), layout.shape.input));
    hiddenPanels = hidden.atLeast<Element>(size(layout.hiddenWindow(), units));
    resetPanels = reset.atLeast<Element>(Cell::twoProducts ? size(layout.resetWindow(), units) : 0);
    biasPanels = bias.atLeast(layout.panels * panelColumns);
  }

  /** Where a panel of packed weights starts. */
  static Index startOf(Window window, Index rows, Index panel) {
    return packedPanel(window, elementsOf<Element>(rows), panel);
  }
  void pack(Index panel) {
    const auto packed = [&](Window window, Index rows, const float* kernel, Element* to) {
      packPanel<P>(layout, window, rows, kernel, panel, to + startOf(window, rows, panel));
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
      if (call.input.numbers)
        projectNumbers(rows, times);
      else
        for (Index panel = 0; panel < layout.panels; panel++) gatherTokens(rows, times, panel);
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
  void projectNumbers(RowRange rows, TimeRange times) {
    const auto& shape = layout.shape;
    const auto& numbers = call.input.numbers;
    if constexpr (std::is_same_v<Element, float>) {
      for (Index panel = 0; panel < layout.panels; panel++)
        for (Index time = times.first; time < times.last; time++)
          projectStep(rows, time, panel, {numbers.at(rows.first, time), numbers.batchStride});
    } else {
      static thread_local Scratch scratch;
      const Index pairs = roundUp(shape.input, slotColumns) / 2, step = rows.size() * pairs;
      Pair* rounded = scratch.atLeast<Pair>((times.last - times.first) * step);
      for (Index row = 0; row < rows.size(); row++)
        for (Index time = times.first; time < times.last; time++)
          roundRow<P>(numbers.at(rows.first + row, time), shape.input,
                      rounded + (time - times.first) * step + row * pairs);
      for (Index panel = 0; panel < layout.panels; panel++)
        for (Index time = times.first; time < times.last; time++)
          projectStep(rows, time, panel, {rounded + (time - times.first) * step, pairs});
    }
  }
  void projectStep(RowRange rows, Index time, Index panel, OperandRows<Element> inputs) {
    const Window window = layout.inputWindow();
    const Index columns = layout.columnsIn(panel, window);
    const ConstMatrixOf<Element> weights{inputPanels + startOf(window, layout.shape.input, panel), columns};
    const ConstMatrix bias{biasPanels + panel * panelColumns, 0};
    overTiles(rows.size(), rowsPerTile<P, Element>(columns), [&](Index first, int count) {
      float* gates = reserve.gates + layout.gateRow(panel, time * layout.shape.batch + rows.first + first);
      for (int i = 0; i < count && columns < panelColumns; i++)  // the window leaves some to the recurrence
        std::memcpy(gates + i * panelColumns + columns, bias.data + columns, sizeof(float) * (panelColumns - columns));
      multiplyRows<P>(count, columns, inputs.from(first, layout.shape.input), weights, Matrix{gates, panelColumns},
                      bias);
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
  void product(RowRange rows, Index time, Window window, const Element* weights, const float* state,
               void (*arithmetic)(const ForwardRows&)) {
    const Index units = layout.shape.units, batch = layout.shape.batch, padded = layout.paddedUnits;
    const auto states = operandRows<P, Element>(state + rows.first * padded, padded, rows.size(), units);
    for (Index panel = 0; panel < layout.panels; panel++) {
      const Index columns = layout.columnsIn(panel, window);
      const ConstMatrixOf<Element> panelWeights{weights + startOf(window, units, panel), columns};
      overTiles(rows.size(), rowsPerTile<P, Element>(columns), [&](Index first, int count) {
        const Index row = rows.first + first;
        float* gates = reserve.gates + layout.gateRow(panel, time * batch + row);
        const Matrix sums{gates + window.firstColumn(), panelColumns};
        multiplyRows<P>(count, columns, states.from(first, units), panelWeights, sums, sums);
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
