// A text network as it generates: weights packed once, shared by all its streams.
//
//   array            shape                                          part of
//   embedding        [vocabulary, paddedEmbedding]                  the network, where there is one
//   table            [vocabulary, panels, 64]                       layer 0 without an embedding: its kernel's rows + bias
//   bias             [panels, 64]                                   every other layer
//   input, hidden,   [panels, depth, window columns]                a layer; see kernels/recurrent/panel-layout.h
//   reset
//   head             [panels, units, 64], bias [panels, 64]         the network; as a simple_rnn of vocabulary units
//
// In bf16 the packed matrices hold pairs of rows, [panels, depth / 2, window columns, 2]; all else stays fp32.
#pragma once
#include <cstdlib>
#include <memory>
#include <vector>

#include "kernels/recurrent/panel-layout.h"

namespace unroll {

struct TextShape {
  Cell cell;
  Index units, layers, vocabulary;
  Index embedding;  // 0: one-hot characters
  Precision precision;
};

/** Of one layer, in the layouts of Keras: kernels/recurrent/shapes.h. */
struct LayerArrays {
  const float *kernel, *recurrentKernel, *bias;
};
struct TextArrays {
  const float* embedding;  // [vocabulary, embedding], nullptr where there is none
  std::vector<LayerArrays> layers;
  const float* headKernel;  // [units, vocabulary]
  const float* headBias;    // [vocabulary]
};

/** A packed matrix: panels of 64 columns or fewer, each in one piece. */
struct PackedMatrix {
  const void* data = nullptr;
  Index depth = 0;
};

struct PackedLayer {
  explicit PackedLayer(const RecurrentShape& shape) : layout(shape) {}
  PanelLayout layout;
  PackedMatrix input, hidden, reset;
  const float* table = nullptr;
  const float* bias = nullptr;
};

class TextNetwork {
 public:
  /** Copies the arrays. Throws std::bad_alloc. */
  TextNetwork(const TextShape& shape, const TextArrays& arrays);

  const TextShape shape;
  std::vector<PackedLayer> layers;
  PanelLayout headLayout;
  PackedMatrix head;
  const float* headBias = nullptr;
  const float* embedding = nullptr;

  Index paddedUnits() const { return roundUp(shape.units, slotColumns); }
  Index paddedEmbedding() const { return roundUp(shape.embedding, slotColumns); }
  /** Arrays of a stream's state in each layer: the hidden state, and the cell state of an lstm. */
  Index states() const { return shape.cell == Cell::lstm ? 2 : 1; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::vector<std::unique_ptr<void, Free>> blocks_;
  std::size_t bytes_ = 0;

  void* allocate(std::size_t bytes);
  float* allocateFloats(Index count) { return static_cast<float*>(allocate(std::size_t(count) * sizeof(float))); }
  PackedMatrix pack(const PanelLayout& layout, Window window, Index depth, const float* kernel);
  const float* packBiases(const PanelLayout& layout, const float* bias);
  const float* packTable(const PanelLayout& layout, const LayerArrays& arrays);
  void packEmbedding(const float* rows);
};

}  // namespace unroll
