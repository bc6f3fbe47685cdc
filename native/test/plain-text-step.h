// A text network's training step again, layer by layer, in doubles and plain loops.
#pragma once
#include "kernels/training/optimizer-settings.h"
#include "test/plain-head.h"
#include "test/plain-optimizer.h"
#include "test/round-to-bf16.h"
#include "train/text-trainer.h"

namespace unroll::plain {

/** What a trainer holds, and the last step's results. Layouts as in train/text-trainer.h. */
class TextTraining {
 public:
  explicit TextTraining(const TextTrainer& of)
      : weights(of.weights.begin(), of.weights.end()),
        moments(of.moments.begin(), of.moments.end()),
        states(of.states.begin(), of.states.end()),
        shape_(of.shape) {}

  Numbers weights, moments, states, gradient, result;
  std::vector<Index> sizes;  // of the parameters

  /** masks: of each layer [batch, time, units], or none. */
  void step(const TextStep& step, const std::vector<std::vector<float>>& masks) {
    gradient.clear(), sizes.clear(), place_ = 0;
    if (step.fromZero) states.assign(states.size(), 0);
    const Numbers embedding = take(shape_.vocabulary * shape_.embedding);
    std::vector<Layer> layers;
    Numbers inputs = firstInputs(step, embedding);
    for (Index index = 0; index < shape_.layers; index++) {
      layers.push_back(layer(index, inputs));
      layers.back().run();
      keepState(index, layers.back());
      inputs = layers.back().outputs;
      if (!masks.empty()) multiply(inputs, masks[std::size_t(index)]);
    }
    const Head head = headOn(inputs, step);
    Numbers signal = head.hiddenGradient;
    for (Index index = shape_.layers - 1; index >= 0; index--) {
      if (!masks.empty()) multiply(signal, masks[std::size_t(index)]);
      layers[std::size_t(index)].outputsGradient = signal;
      layers[std::size_t(index)].run();
      signal = layers[std::size_t(index)].inputGradient;
    }
    if (shape_.embedding > 0) append(embeddingGradient(step, signal));
    for (const Layer& each : layers)
      append(each.kernelGradient), append(each.recurrentKernelGradient), append(each.biasGradient);
    append(head.kernelGradient), append(head.biasGradient);
    tell(head);
    update(step);
  }

 private:
  const TrainerShape shape_;
  std::size_t place_ = 0;

  Numbers take(Index size) {
    const auto from = weights.begin() + std::ptrdiff_t(place_);
    place_ += std::size_t(size);
    return {from, from + size};
  }
  void append(const Numbers& numbers) {
    if (numbers.empty()) return;
    gradient.insert(gradient.end(), numbers.begin(), numbers.end());
    sizes.push_back(Index(numbers.size()));
  }
  static void multiply(Numbers& numbers, const std::vector<float>& mask) {
    for (std::size_t i = 0; i < numbers.size(); i++) numbers[i] *= mask[i];
  }

  std::int32_t token(const TextStep& step, Index row, Index time) const {
    return step.text[std::size_t(step.first + row * step.rowLength + time)];
  }
  Index lowest() const { return shape_.embedding > 0 ? shape_.embedding : shape_.vocabulary; }

  /** [batch, time, lowest] */
  Numbers firstInputs(const TextStep& step, const Numbers& embedding) const {
    Numbers inputs;
    for (Index row = 0; row < shape_.batch; row++)
      for (Index time = 0; time < shape_.time; time++)
        for (Index i = 0; i < lowest(); i++) {
          const std::int32_t id = token(step, row, time);
          inputs.push_back(shape_.embedding > 0 ? embedding[id * shape_.embedding + i] : double(i == id));
        }
    return inputs;
  }

  Layer layer(Index index, const Numbers& inputs) {
    const Index input = index > 0 ? shape_.units : lowest(), states = shape_.batch * shape_.units;
    Layer layer;
    layer.shape = {shape_.cell, shape_.batch, shape_.time, input, shape_.units};
    const Index columns = layer.shape.gateColumns();
    layer.inputs = inputs;
    layer.kernel = take(input * columns), layer.recurrentKernel = take(shape_.units * columns);
    layer.bias = take(columns * (shape_.cell == Cell::gruResetAfter ? 2 : 1));
    layer.initialHidden = stateOf(index, 0), layer.initialCell = stateOf(index, 1);
    layer.outputsGradient.assign(std::size_t(shape_.time * states), 0);
    layer.finalHiddenGradient.assign(std::size_t(states), 0), layer.finalCellGradient = layer.finalHiddenGradient;
    if (shape_.precision == Precision::bf16) {
      layer.round = toBf16;
      layer.inputs = allToBf16(layer.inputs), layer.recurrentKernel = allToBf16(layer.recurrentKernel);
      if (index > 0 || shape_.embedding > 0) layer.kernel = allToBf16(layer.kernel);  // else tokens pick its rows
    }
    return layer;
  }

  Index parts() const { return shape_.cell == Cell::lstm ? 2 : 1; }
  Numbers stateOf(Index index, Index part) const {
    const Index size = shape_.batch * shape_.units;
    if (part >= parts()) return Numbers(std::size_t(size), 0);
    const auto from = states.begin() + (index * parts() + part) * size;
    return {from, from + size};
  }
  void keepState(Index index, const Layer& layer) {
    const Index size = shape_.batch * shape_.units;
    const auto to = states.begin() + index * parts() * size;
    std::copy(layer.finalHidden.begin(), layer.finalHidden.end(), to);
    if (parts() == 2) std::copy(layer.finalCell.begin(), layer.finalCell.end(), to + size);
  }

  Head headOn(const Numbers& hidden, const TextStep& step) {
    Head head{shape_.batch * shape_.time, shape_.units, shape_.vocabulary, hidden, {}, {}, {}, {}, {}, {}, {}};
    head.kernel = take(shape_.units * shape_.vocabulary), head.bias = take(shape_.vocabulary);
    for (Index row = 0; row < shape_.batch; row++)
      for (Index time = 0; time < shape_.time; time++) head.labels.push_back(token(step, row, time + 1));
    head.run();
    return head;
  }

  Numbers embeddingGradient(const TextStep& step, const Numbers& signal) const {
    Numbers sums(std::size_t(shape_.vocabulary * shape_.embedding), 0);
    for (Index row = 0; row < shape_.batch; row++)
      for (Index time = 0; time < shape_.time; time++)
        for (Index i = 0; i < shape_.embedding; i++)
          sums[token(step, row, time) * shape_.embedding + i] +=
              signal[(row * shape_.time + time) * shape_.embedding + i];
    return sums;
  }

  /** result: mean loss, norm of the gradient and of each parameter's. */
  void tell(const Head& head) {
    double loss = 0, all = 0;
    for (double each : head.losses) loss += each / double(head.rows);
    result = {loss, 0};
    auto from = gradient.begin();
    for (Index size : sizes) {
      double squares = 0;
      for (Index i = 0; i < size; i++, ++from) squares += *from * *from;
      result.push_back(std::sqrt(squares));
      all += squares;
    }
    result[1] = std::sqrt(all);
  }

  void update(const TextStep& step) {
    OptimizerCall call{};
    call.optimizer = shape_.optimizer;
    readSettings(call, step.settings);
    Update{call, gradient, weights, moments}.run();
  }
};

}  // namespace unroll::plain
