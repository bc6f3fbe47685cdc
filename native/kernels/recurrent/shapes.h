// What a recurrent layer's call is made of, in the words and layouts of Keras.
//
//   inputs            [batch, time, input] numbers wherever their rows lie, or [batch, time] token ids that pick rows of the kernel
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

/** Of the numbers that products multiply. */
enum class Precision { fp32, bf16 };

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

/** Rows [batch, time], each in one piece, in any order: a call's own tensors have the batch outside, a reserve the time. */
template <class Float>
struct Rows {
  Float* data = nullptr;
  Index batchStride = 0, timeStride = 0;

  explicit operator bool() const { return data != nullptr; }
  Float* at(Index row, Index time) const { return data + row * batchStride + time * timeStride; }
};

/** [batch, time, columns] in one piece. */
template <class Float>
constexpr Rows<Float> batchOutside(Float* data, Index time, Index columns) {
  return {data, time * columns, columns};
}

/** The layer's inputs: exactly one of `numbers` and `tokens` is set. */
struct LayerInput {
  Rows<const float> numbers = {};
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
  Rows<float> outputs;       // none: the hidden states in the reserve are all there is
  float* finalHidden;        // may be initialHidden
  float* finalCell;          // lstm only
  float* reserve;
};

struct GradientCall {
  RecurrentShape shape;
  LayerInput input;
  LayerWeights weights;
  float* reserve;  // used up: its activations are overwritten by their gradients
  Rows<const float> outputsGradient;
  const float* finalHiddenGradient;  // nullptr: zero
  const float* finalCellGradient;    // lstm only; the same
  Rows<float> inputGradient;         // none for token ids
  float* kernelGradient;
  float* recurrentKernelGradient;
  float* biasGradient;
  float* initialHiddenGradient;  // nullptr: not wanted
  float* initialCellGradient;    // lstm only; the same
};

}  // namespace unroll
