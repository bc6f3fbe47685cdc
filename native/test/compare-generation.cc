// Holds generation equal to plain loops, every processor level this machine has to the others, and a stream's numbers
// to themselves whoever else streams. compare-generation [rounds]
#include <limits>

#include "test/processor-levels.h"
#include "test/random-numbers.h"
#include "test/round-to-bf16.h"

using namespace unroll;
using Tokens = std::vector<std::int32_t>;

namespace {

/** Arrays of exact size, so that the address sanitizer sees a row too many. */
struct Weights {
  TextShape shape;
  Floats embedding, headKernel, headBias;
  std::vector<std::array<Floats, 3>> layers;

  explicit Weights(const TextShape& shape) : shape(shape) {
    const float scale = 1 / std::sqrt(float(shape.units));
    const Index columns = gatesOf(shape.cell) * shape.units;
    embedding = randoms(shape.embedding * shape.vocabulary, 1);
    for (Index layer = 0; layer < shape.layers; layer++)
      layers.push_back({randoms(input(layer) * columns, layer > 0 ? scale : 1), randoms(shape.units * columns, scale),
                        randoms(columns * (shape.cell == Cell::gruResetAfter ? 2 : 1), 1)});
    headKernel = randoms(shape.units * shape.vocabulary, 3 * scale), headBias = randoms(shape.vocabulary, 1);
  }

  Index input(Index layer) const {
    return layer > 0 ? shape.units : shape.embedding > 0 ? shape.embedding : shape.vocabulary;
  }
  std::shared_ptr<const TextNetwork> pack() const {
    TextArrays arrays{.embedding = embedding.data(), .layers = {}, .headKernel = headKernel.data(),
                      .headBias = headBias.data()};
    for (const auto& [kernel, recurrentKernel, bias] : layers)
      arrays.layers.push_back({kernel.data(), recurrentKernel.data(), bias.data()});
    return std::make_shared<const TextNetwork>(shape, arrays);
  }

  /** A matrix as the network multiplies by it; the table of one-hot characters is never rounded. */
  plain::Numbers asPacked(const Floats& values, bool multiplied = true) const {
    plain::Numbers numbers(values.begin(), values.end());
    return multiplied && shape.precision == Precision::bf16 ? allToBf16(numbers) : numbers;
  }

  /** The logits after the tokens, by plain loops. */
  plain::Numbers logitsAfter(const Tokens& tokens) const {
    const Index time = Index(tokens.size()), units = shape.units;
    plain::Numbers sequence;
    for (const std::int32_t token : tokens)
      for (Index i = 0; i < input(0); i++)
        sequence.push_back(shape.embedding > 0 ? embedding[std::size_t(token * shape.embedding + i)] : i == token);
    for (Index index = 0; index < shape.layers; index++) {
      const auto& [kernel, recurrentKernel, bias] = layers[std::size_t(index)];
      plain::Layer layer;
      layer.shape = {shape.cell, 1, time, input(index), units};
      layer.inputs = sequence, layer.initialHidden.assign(units, 0), layer.initialCell.assign(units, 0);
      layer.kernel = asPacked(kernel, index > 0 || shape.embedding > 0);
      layer.recurrentKernel = asPacked(recurrentKernel), layer.bias = asPacked(bias, false);
      layer.outputsGradient.assign(time * units, 0);
      layer.finalHiddenGradient.assign(units, 0), layer.finalCellGradient.assign(units, 0);
      layer.run();
      sequence = layer.outputs;
    }
    const plain::Numbers kernel = asPacked(headKernel);
    plain::Numbers logits(headBias.begin(), headBias.end());
    for (Index unit = 0; unit < units; unit++)
      for (Index token = 0; token < shape.vocabulary; token++)
        logits[token] += sequence[(time - 1) * units + unit] * kernel[unit * shape.vocabulary + token];
    return logits;
  }
};

Tokens randomTokens(Index count, Index vocabulary) {
  Tokens tokens;
  for (Index i = 0; i < count; i++) tokens.push_back(std::int32_t(generator() % std::uint32_t(vocabulary)));
  return tokens;
}

SamplingRule randomRule(Index vocabulary) {
  return {.temperature = double(pick({0, 1, 7})) / 5,
          .topK = std::min(pick({0, 0, 1, 5, 1000}), vocabulary),
          .topP = double(pick({10, 10, 9, 1})) / 10,
          .minP = double(pick({0, 0, 1, 10})) / 10,
          .typicalP = double(pick({10, 10, 9, 2})) / 10,
          .repetitionPenalty = double(pick({10, 10, 13})) / 10};
}

/** Everything a stream writes, and the logits it was drawn from. */
struct Text {
  TextStream stream;
  Tokens tokens = {};
  Floats logits = {};
};

void advance(const KernelSet& set, ThreadPool& pool, std::vector<Text*> texts, Index steps) {
  const TextNetwork& network = *texts[0]->stream.network;
  const Index vocabulary = network.shape.vocabulary, rows = Index(texts.size());
  std::vector<TextStream*> streams;
  for (Text* text : texts) streams.push_back(&text->stream);
  Tokens tokens(std::size_t(rows * steps)), counts(std::size_t(rows), 0);
  Floats logits(std::size_t(rows * steps * vocabulary), 0.0f);
  set.advanceText[int(network.shape.cell)](
      {network, streams.data(), rows, steps, tokens.data(), counts.data(), logits.data()}, pool);
  for (Index row = 0; row < rows; row++) {
    const std::int32_t* drawn = &tokens[std::size_t(row * steps)];
    const float* from = &logits[std::size_t(row * steps * vocabulary)];
    texts[row]->tokens.insert(texts[row]->tokens.end(), drawn, drawn + counts[row]);
    texts[row]->logits.insert(texts[row]->logits.end(), from, from + counts[row] * vocabulary);
  }
}

bool compareLogits(const KernelSet& set, ThreadPool& pool, const Weights& weights) {
  const TextShape& shape = weights.shape;
  Text text{{weights.pack(), {.prompt = randomTokens(pick({1, 2, 9}), shape.vocabulary), .left = 12}}};
  advance(set, pool, {&text}, 25);
  Tokens read = text.stream.prompt;
  double worst = text.tokens.size() == 12 ? 0 : std::numeric_limits<double>::infinity(), scale = 1;
  for (std::size_t drawn = 0; drawn < text.tokens.size(); drawn++) {
    const plain::Numbers expected = weights.logitsAfter(read);
    for (Index token = 0; token < shape.vocabulary; token++) {
      const double difference = std::abs(text.logits[drawn * shape.vocabulary + token] - expected[token]);
      worst = std::isfinite(difference) ? std::max(worst, difference) : std::numeric_limits<double>::infinity();
      scale = std::max(scale, std::abs(expected[token]));
    }
    read.push_back(text.tokens[drawn]);
  }
  if (worst / scale <= 1e-5) return true;
  std::printf("%s, cell %d, units %ld, layers %ld, vocabulary %ld, embedding %ld, bf16 %d: logits differ by %g\n",
              set.name, int(shape.cell), long(shape.units), long(shape.layers), long(shape.vocabulary),
              long(shape.embedding), shape.precision == Precision::bf16, worst / scale);
  return false;
}

/** The same bits alone and in any company, in calls of any length. */
bool compareCompany(const KernelSet& set, ThreadPool& pool, const Weights& weights) {
  const auto network = weights.pack();
  std::vector<Text> together, alone;
  for (int i = 0; i < 19; i++) {
    const Random random({std::uint32_t(i + 1), 2, 3, 4});
    together.push_back({{network, {.prompt = randomTokens(pick({1, 3, 8}), weights.shape.vocabulary),
                                   .left = pick({1, 5, 40}),
                                   .rule = randomRule(weights.shape.vocabulary),
                                   .random = random}}});
    alone.push_back(together.back());
  }
  for (int call = 0; call < 25; call++) {
    std::vector<Text*> present;
    for (Text& text : together)
      if (generator() % 3 > 0) present.push_back(&text);
    std::shuffle(present.begin(), present.end(), generator);
    if (!present.empty()) advance(set, pool, present, pick({1, 2, 5}));
  }
  bool same = true;
  for (std::size_t i = 0; i < alone.size(); i++) {
    while (alone[i].tokens.size() < together[i].tokens.size()) advance(set, pool, {&alone[i]}, 1);
    same = same && alone[i].tokens == together[i].tokens && alone[i].logits == together[i].logits;
  }
  if (!same) std::printf("%s, cell %d: other numbers in company than alone\n", set.name, int(weights.shape.cell));
  return same;
}

}  // namespace

int main(int count, char** arguments) {
  return compareRounds(count, arguments, [](int round, Tally& tally) {
    for (const KernelSet* set : processorLevels())
      for (int cell = 0; cell < 4; cell++) {
        const Weights weights({.cell = Cell(cell),
                               .units = pick({1, 5, 16, 17, 33, 64, 65, 100}),
                               .layers = pick({1, 2, 3}),
                               .vocabulary = pick({1, 2, 16, 37, 65, 130}),
                               .embedding = pick({0, 0, 1, 7, 24}),
                               .precision = round % 2 ? Precision::bf16 : Precision::fp32});
        tally.count(compareLogits(*set, threeThreads(), weights));
        tally.count(compareCompany(*set, threeThreads(), weights));
      }
  });
}
