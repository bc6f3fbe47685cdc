// The arithmetic of each cell on one panel, some rows at a time: in place from pre-activations to activations, and from
// activations to the gradient of the pre-activations. Kept out of line: inlined beside the products it costs them
// registers and half their speed. Equations as Keras documents them; a' is the gradient of the pre-activation a.
#pragma once
#include "kernels/vector.h"

namespace unroll {
namespace {

/** Pointers at the first row; gates advance by 64 columns a row, everything else by `stride` = paddedUnits. */
struct ForwardRows {
  int rows, slots;  // slots: simple_rnn's used ones
  Index stride;
  float* gates;
  const float* hiddenBefore;
  float* hidden;
  const float* cellBefore;  // lstm
  float* second;            // lstm: the cell state; gru with reset before: r * hiddenBefore
};

struct GradientRows {
  int rows, slots;
  Index stride;
  const float* gates;  // activations
  float* toGates;      // gradients of the pre-activations, rows as those of gates; may be the same memory
  const float* hiddenBefore;
  const float* cellBefore;  // lstm
  const float* cell;        // lstm
  const float* hiddenGradient;
  float* carry;                // gru: what reaches hiddenBefore without a product
  float* cellGradient;         // lstm: of the cell state, in and out
  const float* resetGradient;  // gru with reset before: of r * hiddenBefore
};

template <class P>
[[gnu::always_inline]] inline Vector<P> one() {
  return broadcast<P>(1.0f);
}

/** h = tanh(a) */
template <class P>
struct SimpleRnn {
  static constexpr bool carriesHidden = false, twoProducts = false;

  [[gnu::noinline]] static void forward(const ForwardRows& at) {
    for (int row = 0; row < at.rows; row++)
      for (Index column = 0; column < at.slots * slotColumns; column += P::lanes) {
        float* gate = at.gates + row * panelColumns + column;
        const Vector<P> h = tanh<P>(load<P>(gate));
        store<P>(gate, h);
        store<P>(at.hidden + row * at.stride + column, h);
      }
  }

  /** a' = h' (1 - h^2) */
  [[gnu::noinline]] static void gradient(const GradientRows& at) {
    for (int row = 0; row < at.rows; row++)
      for (Index column = 0; column < at.slots * slotColumns; column += P::lanes) {
        const float* gate = at.gates + row * panelColumns + column;
        float* toGate = at.toGates + row * panelColumns + column;
        const Vector<P> h = load<P>(gate), dh = load<P>(at.hiddenGradient + row * at.stride + column);
        store<P>(toGate, dh * (one<P>() - h * h));
      }
  }
};

/** c = f c_before + i g, h = o tanh(c), where g is the gate that Keras calls c */
template <class P>
struct Lstm {
  static constexpr bool carriesHidden = false, twoProducts = false;

  [[gnu::noinline]] static void forward(const ForwardRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        float* gate = at.gates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> i = sigmoid<P>(load<P>(gate)), f = sigmoid<P>(load<P>(gate + 16));
        const Vector<P> g = tanh<P>(load<P>(gate + 32)), o = sigmoid<P>(load<P>(gate + 48));
        const Vector<P> c = f * load<P>(at.cellBefore + unit) + i * g;
        store<P>(gate, i);
        store<P>(gate + 16, f);
        store<P>(gate + 32, g);
        store<P>(gate + 48, o);
        store<P>(at.second + unit, c);
        store<P>(at.hidden + unit, o * tanh<P>(c));
      });
  }

  /** o' = h' tanh(c), c' += h' o (1 - tanh(c)^2), i' = c' g, f' = c' c_before, g' = c' i, each times its own slope */
  [[gnu::noinline]] static void gradient(const GradientRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        const float* gate = at.gates + row * panelColumns + offset;
        float* toGate = at.toGates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> i = load<P>(gate), f = load<P>(gate + 16), g = load<P>(gate + 32), o = load<P>(gate + 48);
        const Vector<P> dh = load<P>(at.hiddenGradient + unit), tanhC = tanh<P>(load<P>(at.cell + unit));
        const Vector<P> dc = dh * o * (one<P>() - tanhC * tanhC) + load<P>(at.cellGradient + unit);
        store<P>(at.cellGradient + unit, dc * f);
        store<P>(toGate, dc * g * (i * (one<P>() - i)));
        store<P>(toGate + 16, dc * load<P>(at.cellBefore + unit) * (f * (one<P>() - f)));
        store<P>(toGate + 32, dc * i * (one<P>() - g * g));
        store<P>(toGate + 48, dh * tanhC * (o * (one<P>() - o)));
      });
  }
};

/** n = tanh(a_n + r b_n), h = z h_before + (1 - z) n; slots n z r b_n: b_n is the recurrence's share of the h gate */
template <class P>
struct GruResetAfter {
  static constexpr bool carriesHidden = true, twoProducts = false;

  [[gnu::noinline]] static void forward(const ForwardRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        float* gate = at.gates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> z = sigmoid<P>(load<P>(gate + 16)), r = sigmoid<P>(load<P>(gate + 32));
        const Vector<P> n = tanh<P>(load<P>(gate) + r * load<P>(gate + 48));
        store<P>(gate, n);
        store<P>(gate + 16, z);
        store<P>(gate + 32, r);
        store<P>(at.hidden + unit, n + z * (load<P>(at.hiddenBefore + unit) - n));
      });
  }

  /** z' = h' (h_before - n), n' = h' (1 - z), r' = n' b_n, b_n' = n' r */
  [[gnu::noinline]] static void gradient(const GradientRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        const float* gate = at.gates + row * panelColumns + offset;
        float* toGate = at.toGates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> n = load<P>(gate), z = load<P>(gate + 16), r = load<P>(gate + 32),
                        recurrent = load<P>(gate + 48);
        const Vector<P> dh = load<P>(at.hiddenGradient + unit);
        const Vector<P> dn = dh * (one<P>() - z) * (one<P>() - n * n);
        store<P>(toGate, dn);
        store<P>(toGate + 16, dh * (load<P>(at.hiddenBefore + unit) - n) * (z * (one<P>() - z)));
        store<P>(toGate + 32, dn * recurrent * (r * (one<P>() - r)));
        store<P>(toGate + 48, dn * r);
        store<P>(at.carry + unit, dh * z);
      });
  }
};

/** n = tanh(a_n + (r h_before) U_n), h = z h_before + (1 - z) n; slots n z r. Two products a step. */
template <class P>
struct GruResetBefore {
  static constexpr bool carriesHidden = true, twoProducts = true;

  /** After the first product: z, r and `second` = r h_before. */
  [[gnu::noinline]] static void forward(const ForwardRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        float* gate = at.gates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> r = sigmoid<P>(load<P>(gate + 32));
        store<P>(gate + 16, sigmoid<P>(load<P>(gate + 16)));
        store<P>(gate + 32, r);
        store<P>(at.second + unit, r * load<P>(at.hiddenBefore + unit));
      });
  }

  /** After the second product: n and h. */
  [[gnu::noinline]] static void finishForward(const ForwardRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        float* gate = at.gates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> n = tanh<P>(load<P>(gate)), z = load<P>(gate + 16);
        store<P>(gate, n);
        store<P>(at.hidden + unit, n + z * (load<P>(at.hiddenBefore + unit) - n));
      });
  }

  /** n' and z'; then the product n' U_n^T gives the gradient of r h_before. */
  [[gnu::noinline]] static void gradient(const GradientRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        const float* gate = at.gates + row * panelColumns + offset;
        float* toGate = at.toGates + row * panelColumns + offset;
        const Index unit = row * at.stride + offset;
        const Vector<P> n = load<P>(gate), z = load<P>(gate + 16), dh = load<P>(at.hiddenGradient + unit);
        store<P>(toGate, dh * (one<P>() - z) * (one<P>() - n * n));
        store<P>(toGate + 16, dh * (load<P>(at.hiddenBefore + unit) - n) * (z * (one<P>() - z)));
        store<P>(at.carry + unit, dh * z);
      });
  }

  /** r' = (r h_before)' h_before, and what reaches h_before through r h_before. */
  [[gnu::noinline]] static void finishGradient(const GradientRows& at) {
    for (int row = 0; row < at.rows; row++)
      overSlot<P>([&](Index offset) {
        const Index unit = row * at.stride + offset;
        const Index column = row * panelColumns + 32 + offset;
        const Vector<P> r = load<P>(at.gates + column), dReset = load<P>(at.resetGradient + unit);
        store<P>(at.toGates + column, dReset * load<P>(at.hiddenBefore + unit) * (r * (one<P>() - r)));
        store<P>(at.carry + unit, load<P>(at.carry + unit) + dReset * r);
      });
  }
};

}  // namespace
}  // namespace unroll
