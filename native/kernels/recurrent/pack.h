// Weights from the layout of Keras into panels and back. Shapes: panel-layout.h.
#pragma once
#include "kernels/pairs.h"

namespace unroll {
namespace {  // see vector.h

/** Copies a slot's columns from a row of a Keras kernel; padding becomes zero. */
template <class P>
inline void packSlot(const PanelLayout& layout, Index panel, Index slot, const float* kerasRow, float* to) {
  const float* from = kerasRow + layout.kerasColumn(panel, slot);
  const Index units = layout.unitsIn(panel, slot);
  if (units == slotColumns) {
    overSlot<P>([&](Index offset) { store<P>(to + offset, load<P>(from + offset)); });
    return;
  }
  for (Index unit = 0; unit < slotColumns; unit++) to[unit] = unit < units ? from[unit] : 0.0f;
}

/** Where a panel of packed weights starts, [panels, rows, window columns]; of pairs, half as many rows. */
inline Index packedPanel(Window window, Index rows, Index panel) { return panel * rows * window.slots * slotColumns; }

/** kernel [rows, gates * units] -> one panel [rows, window columns]. */
template <class P>
void packPanel(const PanelLayout& layout, Window window, Index rows, const float* kernel, Index panel, float* to) {
  const Index columns = layout.columnsIn(panel, window);
  for (Index row = 0; row < rows; row++)
    for (Index slot = 0; slot < columns / slotColumns; slot++)
      packSlot<P>(layout, panel, window.firstSlot + slot, kernel + row * layout.shape.gateColumns(),
                  to + row * columns + slot * slotColumns);
}

/** The same in pairs of rows; an odd last one is beside zeros. */
template <class P>
void packPanel(const PanelLayout& layout, Window window, Index rows, const float* kernel, Index panel, Pair* to) {
  const Index columns = layout.columnsIn(panel, window);
  alignas(64) float both[2][panelColumns] = {};
  for (Index row = 0; row < rows; row += 2, to += columns) {
    for (Index i = 0; i < 2; i++)
      for (Index slot = 0; slot < columns / slotColumns; slot++) {
        float* half = both[i] + slot * slotColumns;
        if (row + i < rows)
          packSlot<P>(layout, panel, window.firstSlot + slot, kernel + (row + i) * layout.shape.gateColumns(), half);
        else
          std::memset(half, 0, sizeof(float) * slotColumns);
      }
    toPairs<P>(both[0], both[1], columns, to);
  }
}

/** Width of a tile of 64 kernel rows in the transposed weights; the last may be narrower, always whole slots. */
inline Index transposedColumns(Index rows, Index tile) {
  return std::min(panelColumns, roundUp(rows, slotColumns) - tile * panelColumns);
}

/** kernel [rows, gates * units] -> one tile [window columns of all panels, columns of the tile] of its transpose. */
template <class P>
void packTransposed(const PanelLayout& layout, Window window, Index rows, const float* kernel, Index tile, float* to) {
  const Index width = transposedColumns(rows, tile), firstRow = tile * panelColumns;
  const Index used = std::min(rows - firstRow, width);
  for (Index panel = 0; panel < layout.panels; panel++)
    for (Index slot = window.firstSlot; slot < window.firstSlot + layout.slotsIn(panel, window);
         slot++, to += slotColumns * width) {
      const Index units = layout.unitsIn(panel, slot);
      std::memset(to, 0, sizeof(float) * slotColumns * width);
      const float* from = kernel + firstRow * layout.shape.gateColumns() + layout.kerasColumn(panel, slot);
      for (Index row = 0; row < used; row++, from += layout.shape.gateColumns())
        for (Index unit = 0; unit < units; unit++) to[unit * width + row] = from[unit];
    }
}

/** The same in pairs of window columns. */
template <class P>
void packTransposed(const PanelLayout& layout, Window window, Index rows, const float* kernel, Index tile, Pair* to) {
  constexpr Index pairs = slotColumns / 2;
  const Index width = transposedColumns(rows, tile), firstRow = tile * panelColumns;
  const Index used = std::min(rows - firstRow, width);
  for (Index panel = 0; panel < layout.panels; panel++)
    for (Index slot = window.firstSlot; slot < window.firstSlot + layout.slotsIn(panel, window);
         slot++, to += pairs * width) {
      std::memset(to, 0, sizeof(Pair) * pairs * width);
      for (Index row = 0; row < used; row++) {
        alignas(64) float units[slotColumns];
        alignas(64) Pair rounded[pairs];
        packSlot<P>(layout, panel, slot, kernel + (firstRow + row) * layout.shape.gateColumns(), units);
        roundRow<P>(units, slotColumns, rounded);
        for (Index pair = 0; pair < pairs; pair++) to[pair * width + row] = rounded[pair];
      }
    }
}

/** One panel [rows, 64] whose window holds a gradient -> kernel gradient [rows, gates * units]. */
inline void unpackPanel(const PanelLayout& layout, Window window, Index rows, const float* from, Index panel,
                        float* kernel) {
  for (Index slot = 0; slot < layout.slotsIn(panel, window); slot++) {
    const Index units = layout.unitsIn(panel, window.firstSlot + slot);
    float* to = kernel + layout.kerasColumn(panel, window.firstSlot + slot);
    for (Index row = 0; row < rows; row++)
      std::memcpy(to + row * layout.shape.gateColumns(), from + row * panelColumns + slot * slotColumns,
                  sizeof(float) * units);
  }
}

/**
 * The bias as every row of a panel's gates starts from it, [64]. gru with reset after has two biases: that of the
 * recurrence goes to the recurrent h slot and is added to z and r.
 */
template <class P>
void packBias(const PanelLayout& layout, const float* bias, Index panel, float* to) {
  std::memset(to, 0, sizeof(float) * panelColumns);
  const Window window = layout.inputWindow();
  for (Index slot = 0; slot < layout.slotsIn(panel, window); slot++)
    packSlot<P>(layout, panel, slot, bias, to + slot * slotColumns);
  if (layout.shape.cell != Cell::gruResetAfter) return;
  for (Index slot = 1; slot < 4; slot++) {
    const float* from = bias + layout.shape.gateColumns() + layout.kerasColumn(panel, slot);
    for (Index unit = 0; unit < layout.unitsIn(panel, slot); unit++) to[slot * slotColumns + unit] += from[unit];
  }
}

}  // namespace
}  // namespace unroll
