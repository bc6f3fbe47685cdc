// A text network as it trains: weights, moments, carried state and all memory of a step in one place, so that a step is one
// call. Its arithmetic is that of the ops, layer by layer; what lies between the layers is never copied.
//
//   array       shape
//   weights     the parameters one after another: the embedding [vocabulary, embedding] where there is one, of each layer
//               kernel, recurrent kernel and bias, the head's kernel [units, vocabulary] and bias [vocabulary]
//   moments     as the weights, one after another
//   states      [layers, hidden or hidden and cell, batch, units]: carried from window to window
//   reserve     of a layer, see kernels/recurrent/panel-layout.h: its hidden states are what the next layer reads
//   signal      [time, batch, paddedUnits]: the gradient that goes down from layer to layer
//   mask        [batch, time, units], of a layer, as src/rnn/layers/dropout-mask.ts draws it
#pragma once
#include <span>
#include <vector>

#include "kernels/kernel-set.h"
#include "kernels/recurrent/panel-layout.h"
#include "kernels/scratch.h"

namespace unroll {

struct TrainerShape {
  Cell cell;
  Index units, layers, vocabulary;
  Index embedding;  // 0: one-hot characters
  Index batch, time;
  Optimizer optimizer;
  int moments;
  Precision precision;  // of the recurrent layers' products; all else is single
};

/** The kernels of a trainer: a processor's best, or a given level's. */
struct TrainerKernels {
  const KernelSet& single = kernels();
  const Bf16Kernels& bf16 = bf16Kernels();
};

/** The draw of one layer's dropout mask. */
struct DropoutDraw {
  std::uint32_t firstKey, secondKey, threshold;
};

/** Row r of the batch reads `time` characters from first + r * rowLength on, and predicts the one after each. */
struct TextStep {
  std::span<const std::int32_t> text;
  Index first, rowLength;
  bool fromZero;                       // the carried state is forgotten
  const float* settings;               // kernels/training/optimizer-settings.h
  std::span<const DropoutDraw> draws;  // one a layer, or none
  float kept;                          // what the mask multiplies the others with
  float* result;  // [2 + parameters]: loss, norm of the gradient, and of each parameter's; where the norm is not finite, no weight changes
};

class TextTrainer {
 public:
  /** All zero. Throws std::bad_alloc. */
  explicit TextTrainer(const TrainerShape& shape, const TrainerKernels& kernels = {});

  const TrainerShape shape;
  std::vector<float> weights, moments, states;

  Index parameters() const { return Index(sizes_.size()); }
  std::size_t bytes() const { return bytes_; }

  /** False, and nothing is changed, where a character is not of the vocabulary. The window must lie within the text. */
  bool step(const TextStep& step, ThreadPool& pool);

 private:
  struct Layer {
    explicit Layer(const RecurrentShape& shape) : layout(shape) {}
    PanelLayout layout;
    Index kernel = 0, recurrentKernel = 0, bias = 0;  // where they begin in the weights
    Scratch reserve, mask, dropped;
  };
  const KernelSet& kernels_;
  void (*const forward_)(const ForwardCall&, ThreadPool&);
  void (*const gradient_)(const GradientCall&, ThreadPool&);
  std::vector<Layer> layers_;
  std::vector<Index> sizes_;  // of the parameters
  Index headKernel_ = 0, headBias_ = 0;
  std::vector<float> gradients_;
  std::vector<std::int32_t> tokens_, stepTokens_, labels_;  // [batch, time], then [time, batch]
  std::vector<double> losses_;
  Scratch signal_, embedded_, embeddedSignal_;
  std::size_t bytes_ = 0;

  Index paddedUnits() const { return roundUp(shape.units, slotColumns); }
  Index rows() const { return shape.batch * shape.time; }
  Index addParameter(Index size);
  void addLayer(Index index);
  float* room(Scratch& scratch, Index size);
  Rows<float> timeOutside(float* data, Index stride) const { return {data, stride, shape.batch * stride}; }

  bool read(const TextStep& step);
  void embed();
  void forward(Index index, const TextStep& step, ThreadPool& pool);
  void drop(Layer& layer, const DropoutDraw& draw, float kept, ThreadPool& pool);
  void head(bool drops, float* loss, ThreadPool& pool);
  void backward(Index index, bool drops, ThreadPool& pool);
  void embeddingGradient();
  void update(const TextStep& step, ThreadPool& pool);

  LayerInput inputOf(Index index, bool drops);
  /** What a layer hands on: [time, batch, paddedUnits]. */
  float* outputsOf(Layer& layer, bool drops);
  float* state(Index layer, Index part) {
    const Index parts = shape.cell == Cell::lstm ? 2 : 1;
    return states.data() + (layer * parts + part) * shape.batch * shape.units;
  }
};

}  // namespace unroll
