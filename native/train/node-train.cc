// Exports to Node.js; src/rnn/text/training/train-addon.ts declares them. A call that is not as it should be throws a TypeError
// and changes nothing.
#include "train/node-train.h"

#include <algorithm>
#include <memory>

#include "generate/node-handles.h"
#include "kernels/training/optimizer-settings.h"
#include "train/text-trainer.h"

namespace unroll {

using TrainerHandle = std::unique_ptr<TextTrainer>;

template <>
constexpr napi_type_tag tagOf<TrainerHandle> = {0x756e726f6c6c2d74, 0x747261696e657231};

namespace {

/** Limits beyond which a call is a mistake; the schema's are lower or equal. */
constexpr std::int64_t mostUnits = 1 << 16, mostLayers = 256, mostVocabulary = 1 << 21, mostRows = 1 << 16;

TrainerShape readShape(const NodeValue& from) {
  const TrainerShape shape{.cell = Cell(from.field("cell").integer(0, 3)),
                           .units = from.field("units").integer(1, mostUnits),
                           .layers = from.field("layers").integer(1, mostLayers),
                           .vocabulary = from.field("vocabularySize").integer(1, mostVocabulary),
                           .embedding = from.field("embeddingSize").integer(0, mostUnits),
                           .batch = from.field("batch").integer(1, mostRows),
                           .time = from.field("time").integer(1, mostRows),
                           .optimizer = Optimizer(from.field("optimizer").integer(0, 2)),
                           .moments = int(from.field("moments").integer(0, mostMoments)),
                           .precision = Precision(from.field("bf16").integer(0, 1))};
  constexpr double most = 1ull << 36;  // floats; told apart from an overflow here
  const double widest = double(std::max({shape.units, shape.embedding, shape.vocabulary}));
  if (double(shape.batch) * double(shape.time + 1) * (double(shape.units) * 64 + widest) * double(shape.layers) > most ||
      widest * double(shape.units) * 4 * double(shape.layers) > most)
    throw std::bad_alloc();
  return shape;
}

std::int64_t weightCount(const TrainerShape& shape) {
  const Index columns = gatesOf(shape.cell) * shape.units, biases = shape.cell == Cell::gruResetAfter ? 2 : 1;
  const Index lowest = shape.embedding > 0 ? shape.embedding : shape.vocabulary;
  const Index inputs = lowest + (shape.layers - 1) * shape.units;
  return shape.vocabulary * shape.embedding + (inputs + shape.layers * (shape.units + biases)) * columns +
         (shape.units + 1) * shape.vocabulary;
}

void fill(const NodeValue& from, std::vector<float>& to) {
  const auto given = from.floats(std::int64_t(to.size()));
  std::copy(given.data, given.data + given.size, to.begin());
}
void give(const std::vector<float>& from, const NodeValue& to) {
  std::copy(from.begin(), from.end(), to.floats(std::int64_t(from.size())).data);
}

/** createTextTrainer(shape, weights, moments, states): a trainer; the arrays are copied. */
napi_value createTextTrainer(napi_env env, const std::vector<napi_value>& given) {
  const TrainerShape shape = readShape({env, given[0], "shape"});
  // Before anything is allocated for them.
  const std::int64_t size = weightCount(shape);
  NodeValue(env, given[1], "weights").floats(size);
  NodeValue(env, given[2], "moments").floats(size * shape.moments);
  NodeValue(env, given[3], "states")
      .floats(shape.layers * (shape.cell == Cell::lstm ? 2 : 1) * shape.batch * shape.units);
  auto trainer = std::make_unique<TextTrainer>(shape);
  fill({env, given[1], "weights"}, trainer->weights);
  fill({env, given[2], "moments"}, trainer->moments);
  fill({env, given[3], "states"}, trainer->states);
  const std::size_t bytes = trainer->bytes();
  return wrap<TrainerHandle>(env, std::move(trainer), bytes);
}

/** trainText(trainer, text, {first, rowLength, fromZero, kept}, settings, draws, result). */
napi_value trainText(napi_env env, const std::vector<napi_value>& given) {
  TextTrainer& trainer = unwrap<TrainerHandle>(env, given[0], "a trainer");
  const TrainerShape& shape = trainer.shape;
  const auto text = NodeValue(env, given[1], "text").integers();
  const NodeValue window(env, given[2], "window");
  const std::int64_t length = std::int64_t(text.size);
  const std::int64_t first = window.field("first").integer(0, length - 1);
  const std::int64_t rowLength = window.field("rowLength").integer(0, length);
  require(first + (shape.batch - 1) * rowLength + shape.time < length, "expected a window within the text");
  const auto settings = NodeValue(env, given[3], "settings").floats(settingsCount(shape.optimizer));
  OptimizerCall update{};
  update.optimizer = shape.optimizer;
  readSettings(update, settings.data);
  require(update.momentCount == shape.moments, "expected settings of an optimizer with as many moments as there are");
  const NodeValue drawn(env, given[4], "draws");
  std::vector<DropoutDraw> draws;
  if (!drawn.isNull()) {
    const auto words = drawn.words(shape.layers * 3);
    for (std::size_t i = 0; i < words.size; i += 3)
      draws.push_back({words.data[i], words.data[i + 1], words.data[i + 2]});
  }
  const auto result = NodeValue(env, given[5], "result").floats(2 + trainer.parameters());
  const TextStep step{.text = {text.data, text.size},
                      .first = first,
                      .rowLength = rowLength,
                      .fromZero = window.field("fromZero").integer(0, 1) == 1,
                      .settings = settings.data,
                      .draws = draws,
                      .kept = float(window.field("kept").number(1, 1e30)),
                      .result = result.data};
  require(trainer.step(step, ThreadPool::shared()),
          "expected characters below " + std::to_string(shape.vocabulary));
  return nullptr;
}

/** readTextTrainer(trainer, weights, moments, states): copies; null for what is not wanted. */
napi_value readTextTrainer(napi_env env, const std::vector<napi_value>& given) {
  const TextTrainer& trainer = unwrap<TrainerHandle>(env, given[0], "a trainer");
  const std::pair<const std::vector<float>&, NodeValue> copies[] = {
      {trainer.weights, {env, given[1], "weights"}},
      {trainer.moments, {env, given[2], "moments"}},
      {trainer.states, {env, given[3], "states"}}};
  for (const auto& [from, to] : copies)
    if (!to.isNull()) to.floats(std::int64_t(from.size()));
  for (const auto& [from, to] : copies)
    if (!to.isNull()) give(from, to);
  return nullptr;
}

/** releaseTextTrainer(trainer): its memory is free at once. */
napi_value releaseTextTrainer(napi_env env, const std::vector<napi_value>& given) {
  auto* trainer = find<TrainerHandle>(env, given[0]);
  require(trainer, "expected a trainer");
  trainer->reset();
  return nullptr;
}

}  // namespace

void exportTrainFunctions(napi_env env, napi_value exports) {
  exportFunction<createTextTrainer, 4>(env, exports, "createTextTrainer");
  exportFunction<trainText, 6>(env, exports, "trainText");
  exportFunction<readTextTrainer, 4>(env, exports, "readTextTrainer");
  exportFunction<releaseTextTrainer, 1>(env, exports, "releaseTextTrainer");
}

}  // namespace unroll
