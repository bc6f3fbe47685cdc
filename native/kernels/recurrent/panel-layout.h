// Where things lie inside the kernels. Units are worked on in panels of 64 columns, so that one register tile holds
// every gate of the panel's units. A panel row is four slots of 16 columns:
//
//   cell                slot 0     slot 1     slot 2     slot 3      units of a panel
//   simple_rnn          units 0..  units 16.. units 32.. units 48..  64
//   lstm                i          f          c          o           16
//   gru, reset after    h (input)  z          r          h (rec.)    16
//   gru, reset before   h          z          r          -           16
//
// A product reads or writes a window, a run of slots: the input's kernel 0..2 of a gru, the recurrent kernel 1..3.
//
//   array               shape
//   gates               [panels, time * batch, 64]        activations; the gradient makes dgates of them
//   hidden              [time + 1, batch, paddedUnits]    row 0 is the initial state
//   second              the same: lstm the cell state; gru with reset before: r * h at [t], what the h gate read
//   weights of a window [panels, rows, window columns]
//   their transpose     [tiles of 64 rows, window columns of all panels, columns of the tile]
//
// Units that only pad a panel have zero weights, so their state and gradient stay zero.
#pragma once
#include <algorithm>
#include <array>

#include "kernels/recurrent/shapes.h"

namespace unroll {

constexpr Index slotColumns = 16;
constexpr Index panelColumns = 64;

constexpr Index roundUp(Index value, Index multiple) { return (value + multiple - 1) / multiple * multiple; }
constexpr Index divideUp(Index value, Index divisor) { return (value + divisor - 1) / divisor; }

/** A run of slots in every panel. */
struct Window {
  Index firstSlot, slots;
  Index firstColumn() const { return firstSlot * slotColumns; }
};

class PanelLayout {
 public:
  explicit PanelLayout(const RecurrentShape& shape)
      : shape(shape),
        paddedUnits(roundUp(shape.units, slotColumns)),
        unitsPerPanel(shape.cell == Cell::simpleRnn ? panelColumns : slotColumns),
        panels(divideUp(shape.units, unitsPerPanel)),
        steps(shape.time * shape.batch) {}

  const RecurrentShape shape;
  const Index paddedUnits, unitsPerPanel, panels;
  const Index steps;  // rows of a panel: time * batch, batch fastest

  Window inputWindow() const { return {0, isGru(shape.cell) ? 3 : 4}; }
  /** The window that the hidden state is multiplied into. */
  Window hiddenWindow() const {
    return isGru(shape.cell) ? Window{1, shape.cell == Cell::gruResetAfter ? 3 : 2} : Window{0, 4};
  }
  /** gru with reset before: the window that r * h is multiplied into. */
  Window resetWindow() const { return {0, 1}; }

  bool hasSecond() const { return shape.cell == Cell::lstm || shape.cell == Cell::gruResetBefore; }

  /** The last panel of a simple_rnn may use fewer slots than its window has. */
  Index slotsIn(Index panel, Window window) const {
    if (shape.cell != Cell::simpleRnn) return window.slots;
    return std::min(window.slots, (paddedUnits - panel * panelColumns) / slotColumns);
  }
  Index columnsIn(Index panel, Window window) const { return slotsIn(panel, window) * slotColumns; }
  /** Columns of a window over all panels. */
  Index columnsOf(Window window) const {
    return shape.cell == Cell::simpleRnn ? paddedUnits : panels * window.slots * slotColumns;
  }

  /** First unit of a slot, and its gate in the order of Keras. */
  Index unitOf(Index panel, Index slot) const {
    return panel * unitsPerPanel + (shape.cell == Cell::simpleRnn ? slot * slotColumns : 0);
  }
  Index gateOf(Index slot) const {
    constexpr std::array<Index, 4> gruGates = {2, 0, 1, 2};
    return shape.cell == Cell::simpleRnn ? 0 : isGru(shape.cell) ? gruGates[slot] : slot;
  }
  /** Units of a slot that are not padding. */
  Index unitsIn(Index panel, Index slot) const {
    return std::clamp(shape.units - unitOf(panel, slot), Index{0}, slotColumns);
  }
  /** First column of a slot in a row of a Keras kernel. */
  Index kerasColumn(Index panel, Index slot) const { return gateOf(slot) * shape.units + unitOf(panel, slot); }

  Index gatesSize() const { return panels * steps * panelColumns; }
  Index statesSize() const { return (shape.time + 1) * shape.batch * paddedUnits; }
  Index reserveSize() const { return gatesSize() + statesSize() * (hasSecond() ? 2 : 1); }

  Index gateRow(Index panel, Index step) const { return (panel * steps + step) * panelColumns; }
  Index stateRow(Index time, Index row) const { return (time * shape.batch + row) * paddedUnits; }
};

/** The three arrays of a reserve. */
template <class Float>
struct Reserve {
  Reserve(Float* start, const PanelLayout& layout)
      : gates(start),
        hidden(gates + layout.gatesSize()),
        second(hidden + layout.statesSize()) {}
  Float *gates, *hidden, *second;
};

}  // namespace unroll
