// runForecast(shape, weights, encoder, features, corrections): the whole network over the whole context of some rows, on the
// calling thread alone; the other cores belong to the requests around it. src/rnn/series/native-forecast.ts calls it.
//
//   shape         Int32Array [cell, units, layers, rows, blocks, blockLength, features, hidden columns, output columns]
//   weights       Float32Array of each layer's kernel, recurrent kernel and bias, then hidden kernel, bias, output kernel, bias
//   encoder       Float32Array [rows, blocks, blockLength]
//   features      Float32Array [rows, features]
//   corrections   Float32Array [rows, output columns], filled
//
// Arrays may be longer than that. What does not fit throws a TypeError.
#include "forecast/node-forecast.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/kernel-set.h"
#include "kernels/recurrent/panel-layout.h"
#include "kernels/scratch.h"

namespace unroll {
namespace {

struct Shape {
  Cell cell;
  Index units, layers, rows, blocks, blockLength, features, hidden, output;
};

/** Its data, where a typed array of the type holds at least so many elements. */
template <class Element>
Element* elements(napi_env env, napi_value value, napi_typedarray_type wanted, Index least, const char* name) {
  bool isTyped = false;
  napi_typedarray_type type{};
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_is_typedarray(env, value, &isTyped) != napi_ok || !isTyped ||
      napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted ||
      Index(length) < least)
    throw std::invalid_argument(std::string("expected ") + name + " to be a typed array of at least " +
                                std::to_string(least) + " elements");
  return static_cast<Element*>(data);
}

float* floats(napi_env env, napi_value value, Index least, const char* name) {
  return elements<float>(env, value, napi_float32_array, least, name);
}

Shape readShape(napi_env env, napi_value value) {
  const std::int32_t* given = elements<std::int32_t>(env, value, napi_int32_array, 9, "shape");
  for (int i = 0; i < 9; i++)
    if (given[i] < (i == 0 ? 0 : 1) || given[i] > (i == 0 ? 3 : 1 << 24))
      throw std::invalid_argument("expected a shape of positive numbers");
  if (given[7] % slotColumns || given[8] % slotColumns)
    throw std::invalid_argument("expected dense layers padded to a multiple of 16 columns");
  return {Cell(given[0]), given[1], given[2], given[3], given[4], given[5], given[6], given[7], given[8]};
}

/** Takes the arrays of the weights one by one. */
class WeightReader {
 public:
  WeightReader(napi_env env, napi_value list) : env_(env), list_(list) {}
  const float* next(Index size) {
    napi_value value;
    if (napi_get_element(env_, list_, index_++, &value) != napi_ok) throw std::invalid_argument("expected weights");
    return floats(env_, value, size, "weights");
  }

 private:
  napi_env env_;
  napi_value list_;
  std::uint32_t index_ = 0;
};

Index biasSize(Cell cell, Index columns) { return cell == Cell::gruResetAfter ? 2 * columns : columns; }

/** The state of the last layer after the last block. [rows, units] */
const float* runStack(const Shape& shape, WeightReader& weights, const float* encoder) {
  static ThreadPool& alone = *new ThreadPool(1);
  static thread_local Scratch reserve, zeros, outputs[2], hidden, cell;
  const Index states = shape.rows * shape.units, columns = gatesOf(shape.cell) * shape.units;
  float* initial = zeros.atLeast(states);
  std::fill(initial, initial + states, 0.0f);
  const bool lstm = shape.cell == Cell::lstm;
  const float* inputs = encoder;
  Index inputSize = shape.blockLength;
  for (Index layer = 0; layer < shape.layers; layer++) {
    const RecurrentShape layerShape{shape.cell, shape.rows, shape.blocks, inputSize, shape.units};
    const float* kernel = weights.next(inputSize * columns);
    const float* recurrentKernel = weights.next(shape.units * columns);
    const float* bias = weights.next(biasSize(shape.cell, columns));
    float* to = outputs[layer % 2].atLeast(shape.blocks * states);
    kernels().forward[int(shape.cell)](
        {.shape = layerShape,
         .input = {.numbers = batchOutside(inputs, layerShape.time, layerShape.input)},
         .weights = {kernel, recurrentKernel, bias},
         .initialHidden = initial,
         .initialCell = lstm ? initial : nullptr,
         .outputs = batchOutside(to, layerShape.time, shape.units),
         .finalHidden = hidden.atLeast(states),
         .finalCell = lstm ? cell.atLeast(states) : nullptr,
         .reserve = reserve.atLeast(PanelLayout(layerShape).reserveSize())},
        alone);
    inputs = to;
    inputSize = shape.units;
  }
  return hidden.atLeast(states);
}

void run(napi_env env, const napi_value* given) {
  const Shape shape = readShape(env, given[0]);
  const float* encoder = floats(env, given[2], shape.rows * shape.blocks * shape.blockLength, "encoder");
  const float* features = floats(env, given[3], shape.rows * shape.features, "features");
  float* corrections = floats(env, given[4], shape.rows * shape.output, "corrections");
  WeightReader weights(env, given[1]);
  const float* state = runStack(shape, weights, encoder);
  const auto dense = [&](Index inputs, Index columns) {
    const float* kernel = weights.next(inputs * columns);
    return DenseWeights{kernel, weights.next(columns), columns};
  };
  const DenseWeights hidden = dense(shape.units + shape.features, shape.hidden);
  const DenseWeights output = dense(shape.hidden, shape.output);
  kernels().forecastHead(
      {shape.rows, shape.units, shape.features, state, features, hidden, output, corrections});
}

napi_value runForecast(napi_env env, napi_callback_info info) {
  try {
    napi_value given[5];
    std::size_t count = 5;
    if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok || count != 5)
      throw std::invalid_argument("expected 5 arguments");
    run(env, given);
  } catch (const std::bad_alloc&) {
    napi_throw_range_error(env, nullptr, "there is not enough memory for this forecast");
  } catch (const std::exception& error) {
    napi_throw_type_error(env, nullptr, error.what());
  }
  return nullptr;
}

}  // namespace

void exportForecast(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "runForecast", NAPI_AUTO_LENGTH, runForecast, nullptr, &function) != napi_ok ||
      napi_set_named_property(env, exports, "runForecast", function) != napi_ok)
    throw std::runtime_error("Node.js takes no more functions");
}

}  // namespace unroll
