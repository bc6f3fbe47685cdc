// Backward through time: the gradient of every pre-activation (dgates), of the inputs and of the initial state. Each
// thread owns some batch rows for all steps, as forward. dgates take the place of the activations in the reserve, or where products
// are of pairs, lie rounded in an array of their own: neighbouring columns are a pair.
#pragma once
#include "kernels/recurrent/forward.h"

namespace unroll {
namespace {

/** dgates as products take them, [panels, time * batch, 64 columns]. */
template <class Element>
struct GateGradients {
  Element* data;
  const PanelLayout& layout;
  Element* at(Index panel, Index step, Window window = {0, 4}) const {
    return data + (layout.gateRow(panel, step) + window.firstColumn()) / depthStep<Element>;
  }
};

/** One product with transposed weights: rows of dgates [columns of a window] -> [rows, target columns]. */
template <class P, class Element>
struct TransposedProduct {
  const PanelLayout& layout;
  Window window;
  Index targetColumns;  // not padded
  Element* weights;     // tiles of packTransposed, one after another

  Index tiles() const { return divideUp(targetColumns, panelColumns); }
  static Index size(const PanelLayout& layout, Window window, Index targetColumns) {
    return elementsOf<Element>(layout.columnsOf(window)) * roundUp(targetColumns, slotColumns);
  }
  Element* tileWeights(Index tile) const {
    return weights + tile * panelColumns * elementsOf<Element>(layout.columnsOf(window));
  }
  void pack(const float* kernel, Index tile) const {
    packTransposed<P>(layout, window, targetColumns, kernel, tile, tileWeights(tile));
  }
  /** c = dgates at a row of steps times one tile of weights, plus d, for as many rows as a register tile has. */
  void multiply(GateGradients<Element> gates, Index step, int rows, Index tile, Matrix c, ConstMatrix d) const {
    constexpr Index rowStride = elementsOf<Element>(panelColumns);
    const Index width = transposedColumns(targetColumns, tile);
    const RowOperandOf<Element> a{gates.at(0, step, window), rowStride, elementsOf<Element>(layout.columnsOf(window)),
                                  elementsOf<Element>(window.slots * slotColumns), layout.steps * rowStride};
    multiplyRows<P>(rows, width, a, {tileWeights(tile), width}, c, d);
  }
  int rowsPerTile(Index tile) const { return unroll::rowsPerTile<P, Element>(transposedColumns(targetColumns, tile)); }
};

template <class P, template <class> class CellOf, class Element>
class GradientData {
  using Cell = CellOf<P>;

 public:
  /** Fills `gates`. */
  GradientData(const GradientCall& call, GateGradients<Element> gates)
      : call(call),
        layout(gates.layout),
        reserve(call.reserve, layout),
        gates(gates),
        toHidden{layout, layout.hiddenWindow(), layout.shape.units, nullptr},
        toReset{layout, layout.resetWindow(), layout.shape.units, nullptr},
        toInput{layout, layout.inputWindow(), layout.shape.input, nullptr} {}

  void run(ThreadPool& pool) {
    allocate();
    const int hiddenTiles = int(toHidden.tiles()), inputTiles = call.inputGradient ? int(toInput.tiles()) : 0;
    pool.run(hiddenTiles + inputTiles, [&](int task) {
      if (task >= hiddenTiles) return toInput.pack(call.weights.kernel, task - hiddenTiles);
      toHidden.pack(call.weights.recurrentKernel, task);
      if constexpr (Cell::twoProducts) toReset.pack(call.weights.recurrentKernel, task);
    });
    overRowRanges(layout.shape, pool, [&](RowRange rows) { runRows(rows); });
  }

 private:
  const GradientCall& call;
  const PanelLayout& layout;
  const Reserve<float> reserve;
  const GateGradients<Element> gates;
  TransposedProduct<P, Element> toHidden, toReset, toInput;
  float *hiddenGradient, *carry, *cellGradient, *resetGradient;  // each [batch, paddedUnits]

  void allocate() {
    static thread_local Scratch hidden, reset, input, states;
    toHidden.weights = hidden.atLeast<Element>(toHidden.size(layout, toHidden.window, layout.shape.units));
    toReset.weights = reset.atLeast<Element>(Cell::twoProducts ? toReset.size(layout, toReset.window, layout.shape.units) : 0);
    toInput.weights = input.atLeast<Element>(call.inputGradient ? toInput.size(layout, toInput.window, layout.shape.input) : 0);
    const Index size = layout.shape.batch * layout.paddedUnits;
    hiddenGradient = states.atLeast(4 * size);
    carry = hiddenGradient + size;
    cellGradient = carry + size;
    resetGradient = cellGradient + size;
  }

  void runRows(RowRange rows) {
    startAtEnd(call.finalHiddenGradient, carry, rows);
    if (isLstm()) startAtEnd(call.finalCellGradient, cellGradient, rows);
    const Index last = layout.shape.time - 1, together = stepsAtOnce(layout, rows);
    Index projected = layout.shape.time;  // steps from here on have their input gradient
    for (Index time = last; time >= 0; time--) {
      step(rows, time, startHidden(rows, time, time == last || Cell::carriesHidden));
      if (call.inputGradient && (projected - time >= together || time == 0)) {
        projectBack(rows, TimeRange{time, projected});
        projected = time;
      }
    }
    if (call.initialHiddenGradient) startOfSequence(rows);
  }

  bool isLstm() const { return layout.shape.cell == unroll::Cell::lstm; }
  void startAtEnd(const float* gradient, float* to, RowRange rows) {
    if (gradient) return copyPadded(gradient, layout.shape.units, to, rows);
    std::memset(to + rows.first * layout.paddedUnits, 0, sizeof(float) * rows.size() * layout.paddedUnits);
  }
  /** Rows [units] a stride apart -> [paddedUnits], padding zero. */
  void copyPadded(const float* from, Index stride, float* to, RowRange rows) {
    const Index units = layout.shape.units, padded = layout.paddedUnits;
    for (Index row = rows.first; row < rows.last; row++) {
      std::memcpy(to + row * padded, from + row * stride, sizeof(float) * units);
      std::memset(to + row * padded + units, 0, sizeof(float) * (padded - units));
    }
  }
  /** What the product of a step is added to, from row 0 on: the outputs' gradient where it lies, or a copy with the carry. */
  ConstMatrix startHidden(RowRange rows, Index time, bool carries) {
    const Index units = layout.shape.units, padded = layout.paddedUnits;
    const ConstMatrix outputs{call.outputsGradient.at(0, time), call.outputsGradient.batchStride};
    if (!carries && units == padded) return outputs;
    copyPadded(outputs.data, outputs.stride, hiddenGradient, rows);
    for (Index i = rows.first * padded; carries && i < rows.last * padded; i += slotColumns)
      overSlot<P>([&](Index offset) {
        store<P>(hiddenGradient + i + offset, load<P>(hiddenGradient + i + offset) + load<P>(carry + i + offset));
      });
    return {hiddenGradient, padded};
  }

  /** Tile by tile of 64 units: what the later step sends back, then the cell's arithmetic of the units' panels. */
  void step(RowRange rows, Index time, ConstMatrix start) {
    const Index padded = layout.paddedUnits, batch = layout.shape.batch;
    for (Index tile = 0; tile < toHidden.tiles(); tile++)
      overTiles(rows.size(), toHidden.rowsPerTile(tile), [&](Index first, int count) {
        const Index row = rows.first + first;
        prefetchGates(tile, time, row, count);
        if (time + 1 < layout.shape.time)
          toHidden.multiply(gates, (time + 1) * batch + row, count, tile,
                            Matrix{hiddenGradient + row * padded + tile * panelColumns, padded},
                            ConstMatrix{start.data + row * start.stride + tile * panelColumns, start.stride});
        arithmetic(tile, time, row, count, {Cell::gradient, firstSlots});
      });
    if constexpr (Cell::twoProducts)
      for (Index tile = 0; tile < toReset.tiles(); tile++)
        overTiles(rows.size(), toReset.rowsPerTile(tile), [&](Index first, int count) {
          const Index row = rows.first + first;
          toReset.multiply(gates, time * batch + row, count, tile,
                           Matrix{resetGradient + row * padded + tile * panelColumns, padded}, nothing);
          arithmetic(tile, time, row, count, {Cell::finishGradient, lastSlot});
        });
  }

  /** A cell's arithmetic, and the slots whose gradients it makes. */
  struct Arithmetic {
    void (*work)(const GradientRows&);
    Window slots;
  };
  static constexpr Window firstSlots{0, Cell::twoProducts ? 2 : 4}, lastSlot{2, 1};

  /** What the arithmetic after the product will read, far away since the call forward. */
  void prefetchGates(Index tile, Index time, Index row, int rows) const {
    const Index perTile = panelColumns / layout.unitsPerPanel, step = time * layout.shape.batch + row;
    for (Index panel = tile * perTile; panel < std::min((tile + 1) * perTile, layout.panels); panel++)
      prefetch(reserve.gates + layout.gateRow(panel, step), rows * panelColumns);
  }

  void arithmetic(Index tile, Index time, Index row, int rows, Arithmetic arithmetic) {
    const Index perTile = panelColumns / layout.unitsPerPanel, batch = layout.shape.batch;
    for (Index panel = tile * perTile; panel < std::min((tile + 1) * perTile, layout.panels); panel++) {
      const Index unit = panel * layout.unitsPerPanel, here = row * layout.paddedUnits + unit;
      const Index before = layout.stateRow(time, row) + unit, after = layout.stateRow(time + 1, row) + unit;
      const Index step = time * batch + row;
      float* activations = reserve.gates + layout.gateRow(panel, step);
      alignas(64) float buffer[isRounding ? 14 * panelColumns : 1];
      float* made = isRounding ? buffer : activations;
      arithmetic.work({.rows = rows,
            .slots = int(layout.slotsIn(panel, layout.hiddenWindow())),
            .stride = layout.paddedUnits,
            .gates = activations,
            .toGates = made,
            .hiddenBefore = reserve.hidden + before,
            .cellBefore = isLstm() ? reserve.second + before : nullptr,
            .cell = isLstm() ? reserve.second + after : nullptr,
            .hiddenGradient = hiddenGradient + here,
            .carry = carry + here,
            .cellGradient = cellGradient + here,
            .resetGradient = resetGradient + here});
      if constexpr (isRounding) round(made, panel, step, rows, arithmetic.slots);
    }
  }
  static constexpr bool isRounding = !std::is_same_v<Element, float>;

  void round(const float* made, Index panel, Index step, int rows, Window slots) {
    const Index columns = layout.slotsIn(panel, slots) * slotColumns;
    for (int row = 0; row < rows; row++)
      roundRow<P>(made + row * panelColumns + slots.firstColumn(), columns, gates.at(panel, step + row, slots));
  }

  /** The gradient of the initial state: what step 0 sends back. */
  void startOfSequence(RowRange rows) {
    const Index padded = layout.paddedUnits, units = layout.shape.units;
    for (Index tile = 0; tile < toHidden.tiles(); tile++)
      overTiles(rows.size(), toHidden.rowsPerTile(tile), [&](Index first, int count) {
        const Index row = rows.first + first;
        const Matrix sums{carry + row * padded + tile * panelColumns, padded};
        toHidden.multiply(gates, row, count, tile, sums, Cell::carriesHidden ? sums : nothing);
      });
    for (Index row = rows.first; row < rows.last; row++) {
      std::memcpy(call.initialHiddenGradient + row * units, carry + row * padded, sizeof(float) * units);
      if (call.initialCellGradient)
        std::memcpy(call.initialCellGradient + row * units, cellGradient + row * padded, sizeof(float) * units);
    }
  }

  /** inputGradient = dgates kernel^T; through a buffer where a row ends within a tile. */
  void projectBack(RowRange rows, TimeRange times) {
    alignas(64) float buffer[14 * panelColumns];
    const auto& shape = layout.shape;
    for (Index tile = 0; tile < toInput.tiles(); tile++)
      for (Index time = times.first; time < times.last; time++)
        overTiles(rows.size(), toInput.rowsPerTile(tile), [&](Index first, int count) {
          const Index row = rows.first + first, column = tile * panelColumns;
          const Index used = std::min(panelColumns, shape.input - column);
          const bool isWhole = used == transposedColumns(shape.input, tile);
          const Matrix target{call.inputGradient.at(row, time) + column, call.inputGradient.batchStride};
          toInput.multiply(gates, time * shape.batch + row, count, tile,
                           isWhole ? target : Matrix{buffer, panelColumns}, nothing);
          for (Index i = 0; i < count && !isWhole; i++)
            std::memcpy(target.data + i * target.stride, buffer + i * panelColumns, sizeof(float) * used);
        });
  }
};

}  // namespace
}  // namespace unroll
