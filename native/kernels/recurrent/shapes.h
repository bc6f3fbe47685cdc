// What a recurrent layer's call is made of, in the words and layouts of Keras.
//
//   inputs            [batch, time, input] numbers, or [batch, time] token ids that pick rows of the kernel
//   kernel            [input, gates * units]
//   recurrentKernel   [units, gates * units]
//   bias              [gates * units]; gru with reset after: [2, gates * units], of the input and of the recurrence
//   initialHidden     [batch, units]; lstm also initialCell
//   outputs           [batch, time, units]
//   finalHidden       [batch, units]; lstm also finalCell
//   reserve           what the gradient needs again, see panel-layout.h
//
// Gates in order: simple_rnn the one; lstm i f c o; gru z r h.
#pragma once
#include <cstdint>

namespace unroll {

using Index = std::int64_t;

enum class Cell { simpleRnn, lstm, gruResetAfter, gruResetBefore };

constexpr Index gatesOf(Cell cell) { return cell == Cell::simpleRnn ? 1 : cell == Cell::lstm ? 4 : 3; }
constexpr bool isGru(Cell cell) { return cell == Cell::gruResetAfter || cell == Cell::gruResetBefore; }

struct RecurrentShape {
  Cell cell;
  Index batch, time, input, units;
  Index gateColumns() const { return gatesOf(cell) * units; }
  /** Multiply-adds of the recurrence and the input projection. */
  double work(bool tokens) const {
    return double(batch) * double(time) * double(gateColumns()) * double(units + (tokens ? 0 : input));
  }
};

/** The layer's inputs: exactly one of `numbers` and `tokens` is set. */
struct LayerInput {
  const float* numbers = nullptr;
  const std::int32_t* tokens = nullptr;
};

struct LayerWeights {
  const float* kernel;
  const float* recurrentKernel;
  const float* bias;
};

struct ForwardCall {
  RecurrentShape shape;
  LayerInput input;
  LayerWeights weights;
  const float* initialHidden;
  const float* initialCell;  // lstm only
  float* outputs;
  float* finalHidden;
  float* finalCell;  // lstm only
  float* reserve;
};

struct GradientCall {
  RecurrentShape shape;
  LayerInput input;
  LayerWeights weights;
  float* reserve;  // used up: its activations are overwritten by their gradients
  const float* outputsGradient;
  const float* finalHiddenGradient;
  const float* finalCellGradient;  // lstm only
  float* inputGradient;            // nullptr for token ids
  float* kernelGradient;
  float* recurrentKernelGradient;
  float* biasGradient;
  float* initialHiddenGradient;
  float* initialCellGradient;  // lstm only
};

}  // namespace unroll
