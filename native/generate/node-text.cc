// Exports to Node.js; src/rnn/text/generation/text-addon.ts declares them. Handles are objects that carry a type tag, so
// that none can be taken for another's; a call that is not as it should be throws a TypeError and changes nothing.
#include "generate/node-text.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "generate/node-handles.h"
#include "generate/text-stream.h"
#include "kernels/kernel-set.h"

namespace unroll {

using NetworkHandle = std::shared_ptr<const TextNetwork>;
using StreamHandle = std::unique_ptr<TextStream>;

template <>
constexpr napi_type_tag tagOf<NetworkHandle> = {0x756e726f6c6c2d74, 0x6e6574776f726b31};
template <>
constexpr napi_type_tag tagOf<StreamHandle> = {0x756e726f6c6c2d74, 0x73747265616d3131};

namespace {


/** Limits beyond which a call is a mistake; the schema's are lower or equal. */
constexpr std::int64_t mostUnits = 1 << 16, mostLayers = 256, mostVocabulary = 1 << 21, mostSteps = 1 << 16;

TextShape readShape(const NodeValue& from) {
  return {.cell = Cell(from.field("cell").integer(0, 3)),
          .units = from.field("units").integer(1, mostUnits),
          .layers = from.field("layers").integer(1, mostLayers),
          .vocabulary = from.field("vocabularySize").integer(1, mostVocabulary),
          .embedding = from.field("embeddingSize").integer(0, mostUnits),
          .precision = from.field("bf16").integer(0, 1) ? Precision::bf16 : Precision::fp32};
}

/** In order: the embedding where there is one, of each layer kernel, recurrent kernel and bias, the head's kernel and bias. */
TextArrays readArrays(const TextShape& shape, const NodeValue& from) {
  TextArrays arrays{};
  const std::uint32_t count = std::uint32_t(shape.layers * 3 + 2 + (shape.embedding > 0));
  require(from.length() == count, "expected " + std::to_string(count) + " arrays of weights");
  std::uint32_t next = 0;
  const auto take = [&](std::int64_t size) { return from.element(next++).floats(size).data; };
  if (shape.embedding > 0) arrays.embedding = take(shape.vocabulary * shape.embedding);
  const std::int64_t columns = gatesOf(shape.cell) * shape.units;
  for (Index layer = 0; layer < shape.layers; layer++) {
    const Index input = layer > 0 ? shape.units : shape.embedding > 0 ? shape.embedding : shape.vocabulary;
    const float* kernel = take(input * columns);
    const float* recurrentKernel = take(shape.units * columns);
    const float* bias = take(columns * (shape.cell == Cell::gruResetAfter ? 2 : 1));
    arrays.layers.push_back({kernel, recurrentKernel, bias});
  }
  arrays.headKernel = take(shape.units * shape.vocabulary);
  arrays.headBias = take(shape.vocabulary);
  return arrays;
}

/** createTextNetwork(shape, arrays): a network; the arrays are copied. */
napi_value createTextNetwork(napi_env env, const std::vector<napi_value>& given) {
  const TextShape shape = readShape({env, given[0], "shape"});
  auto network = std::make_shared<const TextNetwork>(shape, readArrays(shape, {env, given[1], "arrays"}));
  const std::size_t bytes = network->bytes();
  napi_value object = wrap<NetworkHandle>(env, std::move(network), bytes), size;
  check(napi_create_double(env, double(bytes), &size), "a number");
  check(napi_set_named_property(env, object, "bytes", size), "an object");
  return object;
}

SamplingRule readRule(const NodeValue& from) {
  return {.temperature = from.field("temperature").number(0, 1e6),
          .topK = from.field("topK").integer(0, mostVocabulary),
          .topP = from.field("topP").number(0, 1),
          .minP = from.field("minP").number(0, 1),
          .typicalP = from.field("typicalP").number(0, 1),
          .repetitionPenalty = from.field("repetitionPenalty").number(1e-6, 1e6)};
}

/** Tokens, each in the vocabulary. */
std::vector<std::int32_t> readTokens(const NodeValue& from, Index vocabulary) {
  const auto tokens = from.integers();
  for (std::size_t i = 0; i < tokens.size; i++)
    require(tokens.data[i] >= 0 && tokens.data[i] < vocabulary,
            "expected tokens below " + std::to_string(vocabulary));
  return {tokens.data, tokens.data + tokens.size};
}

Random readRandom(const NodeValue& from) {
  const auto words = from.words(4);
  const Random::State state = {words.data[0], words.data[1], words.data[2], words.data[3]};
  require(std::any_of(state.begin(), state.end(), [](std::uint32_t word) { return word != 0; }),
          "expected a random state that is not all zero");
  return Random(state);
}

/** Calls copy(in the stream, in the array) for each vector of a state; the array is [layers, states, units], not padded. */
template <class Copy>
void eachVector(TextStream& stream, float* array, const Copy& copy) {
  const TextNetwork& network = *stream.network;
  for (Index vector = 0; vector < network.shape.layers * network.states(); vector++)
    copy(stream.state.data() + vector * network.paddedUnits(), array + vector * network.shape.units,
         std::size_t(network.shape.units) * sizeof(float));
}

Elements<float> stateArray(napi_env env, napi_value value, const TextStream& stream) {
  const TextNetwork& network = *stream.network;
  return NodeValue(env, value, "state").floats(network.shape.layers * network.states() * network.shape.units);
}

/** saveTextState(stream, state, random): fills state [layers, states, units] and random [4] with what the stream goes on from. */
napi_value saveTextState(napi_env env, const std::vector<napi_value>& given) {
  TextStream& stream = unwrap<StreamHandle>(env, given[0], "a stream");
  const auto state = stateArray(env, given[1], stream);
  const auto random = NodeValue(env, given[2], "random").words(4);
  eachVector(stream, state.data, [](const float* inStream, float* inArray, std::size_t bytes) {
    std::memcpy(inArray, inStream, bytes);
  });
  std::copy(stream.random.state().begin(), stream.random.state().end(), random.data);
  return nullptr;
}

/** restoreTextState(stream, state, seen): a new stream begins with the state; `seen` are tokens that came before its prompt. */
napi_value restoreTextState(napi_env env, const std::vector<napi_value>& given) {
  TextStream& stream = unwrap<StreamHandle>(env, given[0], "a stream");
  const auto state = stateArray(env, given[1], stream);
  const NodeValue tokens(env, given[2], "seen");
  const auto seen = tokens.isNull() ? Elements<std::int32_t>{nullptr, 0} : tokens.integers();
  for (std::size_t i = 0; i < seen.size; i++)
    require(seen.data[i] >= 0 && seen.data[i] < stream.network->shape.vocabulary,
            "expected tokens seen below " + std::to_string(stream.network->shape.vocabulary));
  eachVector(stream, state.data, [](float* inStream, const float* inArray, std::size_t bytes) {
    std::memcpy(inStream, inArray, bytes);
  });
  if (!stream.seen.empty())
    for (std::size_t i = 0; i < seen.size; i++) stream.seen[std::size_t(seen.data[i])] = 1;
  return nullptr;
}

/** {next, distances}: the first place is where a text begins. */
std::shared_ptr<const Constraint> readConstraint(const NodeValue& from, Index vocabulary, std::int64_t left) {
  if (from.isNull()) return nullptr;
  const auto distances = from.field("distances").integers();
  const std::int64_t places = std::int64_t(distances.size);
  const auto next = from.field("next").integers(places * vocabulary);
  for (std::size_t i = 0; i < distances.size; i++) require(distances.data[i] >= 0, "expected distances of 0 or more");
  for (std::size_t i = 0; i < next.size; i++)
    require(next.data[i] >= -1 && next.data[i] < places, "expected places below " + std::to_string(places));
  auto constraint = std::make_shared<const Constraint>(
      Constraint{vocabulary,
                 {next.data, next.data + next.size},
                 {distances.data, distances.data + distances.size}});
  require(constraint->goesOn(0, left), "expected a constraint that a text of this length can keep to");
  return constraint;
}

TextStart readStart(const NodeValue& from, Index vocabulary) {
  TextStart start{.prompt = readTokens(from.field("prompt"), vocabulary),
                  .left = from.field("characters").integer(1, std::int64_t(1) << 40),
                  .rule = readRule(from),
                  .random = readRandom(from.field("random"))};
  const NodeValue given = from.field("given"), bias = from.field("bias");
  if (!given.isNull()) start.given = readTokens(given, vocabulary), start.left = std::int64_t(start.given.size());
  if (!bias.isNull()) {
    const auto values = bias.floats(vocabulary);
    start.bias.assign(values.data, values.data + values.size);
  }
  start.constraint = readConstraint(from.field("constraint"), vocabulary, start.left);
  require(start.given.empty() || !start.constraint, "expected no constraint on a given text");
  start.alternatives = from.field("alternatives").integer(-1, mostVocabulary);
  start.allowedAlone = from.field("allowedAlone").integer(0, 1) == 1;
  return start;
}

napi_value wrapStream(napi_env env, std::unique_ptr<TextStream> stream) {
  const std::size_t floats = stream->state.size() + stream->bias.size();
  const std::size_t words = stream->prompt.size() + stream->given.size();
  return wrap<StreamHandle>(env, std::move(stream), floats * sizeof(float) + words * sizeof(std::int32_t));
}

/** openTextStream(network, start): a stream; the fields of start are those of StreamOptions in text-addon.ts. */
napi_value openTextStream(napi_env env, const std::vector<napi_value>& given) {
  unwrap<NetworkHandle>(env, given[0], "a network");
  const NetworkHandle network = *find<NetworkHandle>(env, given[0]);
  TextStart start = readStart({env, given[1], "options"}, network->shape.vocabulary);
  return wrapStream(env, std::make_unique<TextStream>(network, std::move(start)));
}

/** branchTextStream(stream, token): another stream, which took this token instead of the last one drawn. */
napi_value branchTextStream(napi_env env, const std::vector<napi_value>& given) {
  TextStream& stream = unwrap<StreamHandle>(env, given[0], "a stream");
  const auto token = std::int32_t(NodeValue(env, given[1], "token").integer(0, stream.network->shape.vocabulary - 1));
  require(!stream.readsPrompt() && !stream.failed && stream.given.empty(), "expected a stream that has drawn a token");
  require(!stream.constraint || stream.constraint->follow(stream.before, token, stream.left + 1) >= 0,
          "expected a token that may come");
  return wrapStream(env, std::make_unique<TextStream>(stream.branch(token)));
}

/** Where each stream's likelihoods go, one stream's after the other's; empty where none is told of. */
std::vector<AdvanceCall::Told> placeTold(const NodeValue& outputs, const std::vector<TextStream*>& streams,
                                         std::int64_t steps) {
  std::int64_t size = 0;
  for (const TextStream* stream : streams) size += stream->isTold() ? steps * (1 + stream->alternatives) : 0;
  if (size == 0) return {};
  auto* tokens = outputs.field("toldTokens").integers(size).data;
  auto* values = outputs.field("toldLogProbabilities").doubles(size).data;
  std::vector<AdvanceCall::Told> told;
  for (const TextStream* stream : streams) {
    told.push_back({tokens, values});
    const std::int64_t own = stream->isTold() ? steps * (1 + stream->alternatives) : 0;
    tokens += own, values += own;
  }
  return told;
}

/** advanceText(network, streams, outputs): moves the streams on and fills the outputs; see AdvanceOutputs in text-addon.ts. */
napi_value advanceText(napi_env env, const std::vector<napi_value>& given) {
  const TextNetwork& network = unwrap<NetworkHandle>(env, given[0], "a network");
  const NodeValue list(env, given[1], "streams"), outputs(env, given[2], "outputs");
  const std::uint32_t rows = list.length();
  const std::int64_t steps = outputs.field("steps").integer(1, mostSteps);
  const auto tokens = outputs.field("tokens").integers(rows * steps);
  const auto counts = outputs.field("counts").integers(rows);
  const NodeValue wanted = outputs.field("logits");
  float* logits = wanted.isNull() ? nullptr : wanted.floats(rows * steps * network.shape.vocabulary).data;
  std::vector<TextStream*> streams;
  for (std::uint32_t row = 0; row < rows; row++)
    streams.push_back(&unwrap<StreamHandle>(env, list.element(row).raw(), "a stream"));
  for (const TextStream* stream : streams)
    require(stream->network.get() == &network, "expected streams of the network");
  std::vector<TextStream*> sorted = streams;
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "expected each stream once");
  if (rows == 0) return nullptr;
  const std::vector<AdvanceCall::Told> told = placeTold(outputs, streams, steps);
  const AdvanceCall call{network,     streams.data(), Index(rows),
                         steps,       tokens.data,    counts.data,
                         logits,      told.empty() ? nullptr : told.data()};
  kernels().advanceText[int(network.shape.cell)](call, ThreadPool::shared());
  for (std::uint32_t row = 0; row < rows; row++)
    if (streams[row]->failed) counts.data[row] = -1;
  return nullptr;
}

/** release(network | stream): its memory is free at once, or with the last stream of the network. */
napi_value release(napi_env env, const std::vector<napi_value>& given) {
  auto* network = find<NetworkHandle>(env, given[0]);
  auto* stream = find<StreamHandle>(env, given[0]);
  require(network || stream, "expected a network or a stream");
  if (network) network->reset();
  if (stream) stream->reset();
  return nullptr;
}

}  // namespace

void exportTextFunctions(napi_env env, napi_value exports) {
  exportFunction<createTextNetwork, 2>(env, exports, "createTextNetwork");
  exportFunction<openTextStream, 2>(env, exports, "openTextStream");
  exportFunction<branchTextStream, 2>(env, exports, "branchTextStream");
  exportFunction<advanceText, 3>(env, exports, "advanceText");
  exportFunction<saveTextState, 3>(env, exports, "saveTextState");
  exportFunction<restoreTextState, 3>(env, exports, "restoreTextState");
  exportFunction<release, 1>(env, exports, "release");
}

}  // namespace unroll
