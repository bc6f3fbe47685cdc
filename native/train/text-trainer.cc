#include "train/text-trainer.h"

#include <algorithm>
#include <cstring>

#include "kernels/training/optimizer-settings.h"

namespace unroll {

TextTrainer::TextTrainer(const TrainerShape& shape, const TrainerKernels& kernels)
    : shape(shape),
      kernels_(kernels.single),
      forward_(shape.precision == Precision::bf16 ? kernels.bf16.forward[int(shape.cell)]
                                                  : kernels.single.forward[int(shape.cell)]),
      gradient_(shape.precision == Precision::bf16 ? kernels.bf16.gradient[int(shape.cell)]
                                                   : kernels.single.gradient[int(shape.cell)]) {
  if (shape.embedding > 0) addParameter(shape.vocabulary * shape.embedding);
  for (Index index = 0; index < shape.layers; index++) addLayer(index);
  headKernel_ = addParameter(shape.units * shape.vocabulary);
  headBias_ = addParameter(shape.vocabulary);
  Index size = 0;
  for (Index each : sizes_) size += each;
  weights.resize(std::size_t(size));
  gradients_.resize(std::size_t(size));
  moments.resize(std::size_t(size * shape.moments));
  states.resize(std::size_t(shape.layers * (shape.cell == Cell::lstm ? 2 : 1) * shape.batch * shape.units));
  tokens_.resize(std::size_t(rows()));
  stepTokens_.resize(std::size_t(rows()));
  labels_.resize(std::size_t(rows()));
  losses_.resize(std::size_t(rows()));
  room(signal_, rows() * paddedUnits());
  if (shape.embedding > 0) room(embedded_, rows() * shape.embedding), room(embeddedSignal_, rows() * shape.embedding);
  bytes_ += (weights.size() * 2 + moments.size() + states.size()) * sizeof(float) + std::size_t(rows()) * 20;
}

Index TextTrainer::addParameter(Index size) {
  Index offset = 0;
  for (Index each : sizes_) offset += each;
  sizes_.push_back(size);
  return offset;
}

void TextTrainer::addLayer(Index index) {
  const Index input = index > 0 ? shape.units : shape.embedding > 0 ? shape.embedding : shape.vocabulary;
  Layer layer({shape.cell, shape.batch, shape.time, input, shape.units});
  const Index columns = layer.layout.shape.gateColumns();
  layer.kernel = addParameter(input * columns);
  layer.recurrentKernel = addParameter(shape.units * columns);
  layer.bias = addParameter(columns * (shape.cell == Cell::gruResetAfter ? 2 : 1));
  room(layer.reserve, layer.layout.reserveSize());
  layers_.push_back(std::move(layer));
}

float* TextTrainer::room(Scratch& scratch, Index size) {
  bytes_ += std::size_t(size) * sizeof(float);
  return scratch.atLeast(size);
}

bool TextTrainer::step(const TextStep& step, ThreadPool& pool) {
  if (!read(step)) return false;
  if (step.fromZero) std::fill(states.begin(), states.end(), 0.0f);
  const bool drops = !step.draws.empty();
  if (shape.embedding > 0) embed();
  for (Index index = 0; index < shape.layers; index++) forward(index, step, pool);
  head(drops, step.result, pool);
  for (Index index = shape.layers - 1; index >= 0; index--) backward(index, drops, pool);
  if (shape.embedding > 0) embeddingGradient();
  update(step, pool);
  return true;
}

bool TextTrainer::read(const TextStep& step) {
  const auto isCharacter = [&](std::int32_t id) { return id >= 0 && id < shape.vocabulary; };
  for (Index row = 0; row < shape.batch; row++) {
    const std::int32_t* from = step.text.data() + step.first + row * step.rowLength;
    if (!std::all_of(from, from + shape.time + 1, isCharacter)) return false;
    std::copy(from, from + shape.time, tokens_.begin() + row * shape.time);
    for (Index time = 0; time < shape.time; time++) {
      stepTokens_[std::size_t(time * shape.batch + row)] = from[time];
      labels_[std::size_t(time * shape.batch + row)] = from[time + 1];
    }
  }
  return true;
}

void TextTrainer::embed() {
  float* to = embedded_.atLeast(rows() * shape.embedding);
  for (std::int32_t token : stepTokens_)
    to = std::copy_n(weights.data() + token * shape.embedding, shape.embedding, to);
}

LayerInput TextTrainer::inputOf(Index index, bool drops) {
  if (index > 0) {
    const Rows<float> below = timeOutside(outputsOf(layers_[std::size_t(index - 1)], drops), paddedUnits());
    return {.numbers = {below.data, below.batchStride, below.timeStride}};
  }
  if (shape.embedding == 0) return {.numbers = {}, .tokens = tokens_.data()};
  return {.numbers = {embedded_.atLeast(0), shape.embedding, shape.batch * shape.embedding}};
}

float* TextTrainer::outputsOf(Layer& layer, bool drops) {
  if (drops) return layer.dropped.atLeast(rows() * paddedUnits());
  const Reserve<float> reserve(layer.reserve.atLeast(0), layer.layout);
  return reserve.hidden + layer.layout.stateRow(1, 0);
}

void TextTrainer::forward(Index index, const TextStep& step, ThreadPool& pool) {
  Layer& layer = layers_[std::size_t(index)];
  float* hidden = state(index, 0);
  float* cell = shape.cell == Cell::lstm ? state(index, 1) : nullptr;
  forward_(
      {.shape = layer.layout.shape,
       .input = inputOf(index, !step.draws.empty()),
       .weights = {&weights[layer.kernel], &weights[layer.recurrentKernel], &weights[layer.bias]},
       .initialHidden = hidden,
       .initialCell = cell,
       .outputs = {},
       .finalHidden = hidden,
       .finalCell = cell,
       .reserve = layer.reserve.atLeast(0)},
      pool);
  if (!step.draws.empty()) drop(layer, step.draws[std::size_t(index)], step.kept, pool);
}

/** dropped = hidden times a new mask. */
void TextTrainer::drop(Layer& layer, const DropoutDraw& draw, float kept, ThreadPool& pool) {
  const Index size = rows() * shape.units, padded = paddedUnits();
  float* mask = layer.mask.atLeast(size);
  kernels_.dropoutMask({draw.firstKey, draw.secondKey, draw.threshold, kept, size, mask}, pool);
  const float* hidden = outputsOf(layer, false);
  float* dropped = layer.dropped.atLeast(rows() * padded);
  for (Index time = 0; time < shape.time; time++)
    for (Index row = 0; row < shape.batch; row++) {
      const Index at = (time * shape.batch + row) * padded;
      const float* factors = mask + (row * shape.time + time) * shape.units;
      for (Index unit = 0; unit < shape.units; unit++) dropped[at + unit] = hidden[at + unit] * factors[unit];
    }
}

void TextTrainer::head(bool drops, float* loss, ThreadPool& pool) {
  kernels_.softmaxHead({.rows = rows(),
                         .units = shape.units,
                         .classes = shape.vocabulary,
                         .stride = paddedUnits(),
                         .hidden = outputsOf(layers_.back(), drops),
                         .kernel = &weights[headKernel_],
                         .bias = &weights[headBias_],
                         .labels = labels_.data(),
                         .rowLosses = losses_.data(),
                         .hiddenGradient = signal_.atLeast(0),
                         .kernelGradient = &gradients_[headKernel_],
                         .biasGradient = &gradients_[headBias_]},
                        pool);
  double sum = 0;
  for (double each : losses_) sum += each;
  *loss = float(sum / double(rows()));
}

/** A layer's input gradient takes the place of its outputs' gradient, which is read before. */
void TextTrainer::backward(Index index, bool drops, ThreadPool& pool) {
  Layer& layer = layers_[std::size_t(index)];
  const Rows<float> signal = timeOutside(signal_.atLeast(0), paddedUnits());
  if (drops)
    for (Index time = 0; time < shape.time; time++)
      for (Index row = 0; row < shape.batch; row++) {
        float* values = signal.at(row, time);
        const float* factors = layer.mask.atLeast(0) + (row * shape.time + time) * shape.units;
        for (Index unit = 0; unit < shape.units; unit++) values[unit] *= factors[unit];
      }
  Rows<float> down;
  if (index > 0) down = signal;
  if (index == 0 && shape.embedding > 0) down = timeOutside(embeddedSignal_.atLeast(0), shape.embedding);
  gradient_(
      {.shape = layer.layout.shape,
       .input = inputOf(index, drops),
       .weights = {&weights[layer.kernel], &weights[layer.recurrentKernel], &weights[layer.bias]},
       .reserve = layer.reserve.atLeast(0),
       .outputsGradient = {signal.data, signal.batchStride, signal.timeStride},
       .finalHiddenGradient = nullptr,
       .finalCellGradient = nullptr,
       .inputGradient = down,
       .kernelGradient = &gradients_[layer.kernel],
       .recurrentKernelGradient = &gradients_[layer.recurrentKernel],
       .biasGradient = &gradients_[layer.bias],
       .initialHiddenGradient = nullptr,
       .initialCellGradient = nullptr},
      pool);
}

void TextTrainer::embeddingGradient() {
  std::fill_n(gradients_.begin(), sizes_.front(), 0.0f);
  const float* from = embeddedSignal_.atLeast(0);
  for (std::int32_t token : stepTokens_) {
    float* to = gradients_.data() + token * shape.embedding;
    for (Index i = 0; i < shape.embedding; i++) to[i] += from[i];
    from += shape.embedding;
  }
}

void TextTrainer::update(const TextStep& step, ThreadPool& pool) {
  std::vector<Parameter> parameters;
  Index offset = 0;
  for (Index size : sizes_) {
    parameters.push_back({size, offset, &weights[offset], &gradients_[offset], &weights[offset]});
    offset += size;
  }
  OptimizerCall call{};
  call.optimizer = shape.optimizer;
  readSettings(call, step.settings);
  call.parameters = parameters;
  for (int i = 0; i < shape.moments; i++) call.moments[i] = call.newMoments[i] = moments.data() + i * offset;
  call.norms = step.result + 1;
  kernels_.optimizer(call, pool);
}

}  // namespace unroll
