// The recurrent layers as ops. Shapes: kernels/recurrent/shapes.h. gru takes "reset after" from the shape of its bias.
//
//   Unroll<Cell>           inputs kernel recurrent_kernel bias initial_hidden [initial_cell]
//                          -> outputs reserve final_hidden [final_cell]
//   Unroll<Cell>Gradient   the same, reserve outputs_gradient final_hidden_gradient [final_cell_gradient]
//                          -> kernel, recurrent_kernel, bias, initial_hidden [initial_cell], inputs gradients
//
// Unroll<Cell>Bf16 and Unroll<Cell>Bf16Gradient: the same with products of numbers rounded to bf16, summed up in single precision.
//
// The gradient of inputs is empty for token ids. A reserve serves one gradient, which is made in its place.
#include "ops/recurrent-ops.h"

#include "kernels/kernel-set.h"
#include "kernels/recurrent/panel-layout.h"
#include "ops/register-op.h"

namespace unroll {
namespace {

enum class Family { simpleRnn, lstm, gru };

/** The inputs that forward and gradient share, checked. */
struct LayerOperands {
  Operand inputs, kernel, recurrentKernel, bias;
  std::vector<Operand> initialState;
  RecurrentShape shape;

  LayerOperands(const OpCall& call, Family family)
      : inputs(call.input(0, "inputs")),
        kernel(call.input(1, "kernel")),
        recurrentKernel(call.input(2, "recurrent_kernel")),
        bias(call.input(3, "bias")),
        shape(checked(family)) {
    initialState.push_back(call.input(4, "initial_hidden"));
    if (family == Family::lstm) initialState.push_back(call.input(5, "initial_cell"));
    for (const Operand& state : initialState) state.expect(stateShape());
  }

  int count() const { return 4 + int(initialState.size()); }
  bool usesTokens() const { return inputs.type() == TF_INT32; }
  std::vector<Index> stateShape() const { return {shape.batch, shape.units}; }
  std::vector<Index> outputShape() const { return {shape.batch, shape.time, shape.units}; }
  LayerInput input() const {
    if (usesTokens()) return {.numbers = {}, .tokens = inputs.integers()};
    return {.numbers = batchOutside(inputs.floats(), shape.time, shape.input)};
  }
  /** Rows of outputShape. */
  template <class Float>
  Rows<Float> rows(Float* data) const {
    return batchOutside(data, shape.time, shape.units);
  }
  LayerWeights weights() const { return {kernel.floats(), recurrentKernel.floats(), bias.floats()}; }

 private:
  RecurrentShape checked(Family family) const {
    if (inputs.rank() != (usesTokens() ? 2 : 3))
      throw InvalidCall("expected inputs [batch, time, input] of numbers or [batch, time] of token ids, got " +
                        text(inputs.shape()));
    if (kernel.rank() != 2 || recurrentKernel.rank() != 2)
      throw InvalidCall("expected kernel and recurrent_kernel of two axes, got " + text(kernel.shape()) + " and " +
                        text(recurrentKernel.shape()));
    const Index rows = usesTokens() ? kernel.extent(0) : inputs.extent(2);
    const RecurrentShape shape{cellOf(family), inputs.extent(0), inputs.extent(1), rows, recurrentKernel.extent(0)};
    for (Index extent : {shape.batch, shape.time, shape.input, shape.units})
      if (extent < 1 || extent > INT32_MAX)
        throw InvalidCall("expected at least one row, step, input and unit, got inputs " + text(inputs.shape()) +
                          " and recurrent_kernel " + text(recurrentKernel.shape()));
    kernel.expect({shape.input, shape.gateColumns()});
    recurrentKernel.expect({shape.units, shape.gateColumns()});
    if (shape.cell == Cell::gruResetAfter)
      bias.expect({2, shape.gateColumns()});
    else
      bias.expect({shape.gateColumns()});
    if (usesTokens()) checkTokens(shape);
    return shape;
  }

  Cell cellOf(Family family) const {
    if (family == Family::gru) return bias.rank() == 2 ? Cell::gruResetAfter : Cell::gruResetBefore;
    return family == Family::lstm ? Cell::lstm : Cell::simpleRnn;
  }

  void checkTokens(const RecurrentShape& shape) const {
    const std::int32_t* tokens = inputs.integers();
    for (Index i = 0; i < shape.batch * shape.time; i++)
      if (tokens[i] < 0 || tokens[i] >= shape.input)
        throw InvalidCall("expected token ids from 0 to " + std::to_string(shape.input - 1) + ", got " +
                          std::to_string(tokens[i]));
  }
};

/** The functions of a precision: both have forward and gradient. */
template <Precision precision>
const auto& layerKernels() {
  if constexpr (precision == Precision::fp32)
    return kernels();
  else
    return bf16Kernels();
}

/** The last number of a reserve: whether a gradient may still be made of it. */
constexpr float fresh = 1, used = 0;

/** Floats of the reserve, that number not counted; too many for the memory of any machine is told apart from an overflow here. */
Index reserveSize(const RecurrentShape& shape) {
  constexpr double most = 1ull << 40;
  if (double(shape.batch) * double(shape.time + 1) * double(roundUp(shape.units, slotColumns)) * 6 > most)
    throw std::bad_alloc();
  return PanelLayout(shape).reserveSize();
}

template <Family family, Precision precision>
void forward(OpCall& call) {
  const LayerOperands layer(call, family);
  const Operand outputs = call.allocate(0, layer.outputShape());
  const Operand reserve = call.allocate(1, {reserveSize(layer.shape) + 1});
  std::vector<Operand> finalState;
  for (int i = 0; i < int(layer.initialState.size()); i++)
    finalState.push_back(call.allocate(2 + i, layer.stateShape()));
  const bool lstm = family == Family::lstm;
  layerKernels<precision>().forward[int(layer.shape.cell)]({.shape = layer.shape,
                                            .input = layer.input(),
                                            .weights = layer.weights(),
                                            .initialHidden = layer.initialState[0].floats(),
                                            .initialCell = lstm ? layer.initialState[1].floats() : nullptr,
                                            .outputs = layer.rows(outputs.mutableFloats()),
                                            .finalHidden = finalState[0].mutableFloats(),
                                            .finalCell = lstm ? finalState[1].mutableFloats() : nullptr,
                                            .reserve = reserve.mutableFloats()},
                                           ThreadPool::shared());
  reserve.mutableFloats()[reserve.size() - 1] = fresh;
}

template <Family family, Precision precision>
void gradient(OpCall& call) {
  const LayerOperands layer(call, family);
  const int first = layer.count(), states = int(layer.initialState.size());
  const Operand reserve = call.input(first, "reserve");
  reserve.expect({reserveSize(layer.shape) + 1});
  const Operand outputsGradient = call.input(first + 1, "outputs_gradient");
  outputsGradient.expect(layer.outputShape());
  std::vector<Operand> finalGradient, initialGradient;
  for (int i = 0; i < states; i++) {
    finalGradient.push_back(call.input(first + 2 + i, i ? "final_cell_gradient" : "final_hidden_gradient"));
    finalGradient.back().expect(layer.stateShape());
  }
  float& state = reserve.mutableFloats()[reserve.size() - 1];
  if (state != fresh) throw InvalidCall("expected a reserve that no gradient has used up: it is made once per call");
  state = used;
  const Operand kernel = call.allocate(0, layer.kernel.shape());
  const Operand recurrentKernel = call.allocate(1, layer.recurrentKernel.shape());
  const Operand bias = call.allocate(2, layer.bias.shape());
  for (int i = 0; i < states; i++) initialGradient.push_back(call.allocate(3 + i, layer.stateShape()));
  const Operand inputs = call.allocate(3 + states, layer.usesTokens() ? std::vector<Index>{0} : layer.inputs.shape());
  const bool lstm = family == Family::lstm;
  layerKernels<precision>().gradient[int(layer.shape.cell)](
      {.shape = layer.shape,
       .input = layer.input(),
       .weights = layer.weights(),
       .reserve = reserve.mutableFloats(),
       .outputsGradient = layer.rows(outputsGradient.floats()),
       .finalHiddenGradient = finalGradient[0].floats(),
       .finalCellGradient = lstm ? finalGradient[1].floats() : nullptr,
       .inputGradient = layer.usesTokens() ? Rows<float>{}
                                            : batchOutside(inputs.mutableFloats(), layer.shape.time, layer.shape.input),
       .kernelGradient = kernel.mutableFloats(),
       .recurrentKernelGradient = recurrentKernel.mutableFloats(),
       .biasGradient = bias.mutableFloats(),
       .initialHiddenGradient = initialGradient[0].mutableFloats(),
       .initialCellGradient = lstm ? initialGradient[1].mutableFloats() : nullptr},
      ThreadPool::shared());
}

constexpr const char* inputTypes = "T: {float, int32}";

template <Family family, Precision precision>
void registerHidden(const char* name, const char* gradientName) {
  registerOp<forward<family, precision>>(
      {name,
       {"inputs: T", "kernel: float", "recurrent_kernel: float", "bias: float", "initial_hidden: float"},
       {"outputs: float", "reserve: float", "final_hidden: float"},
       {inputTypes}});
  registerOp<gradient<family, precision>>(
      {gradientName,
       {"inputs: T", "kernel: float", "recurrent_kernel: float", "bias: float", "initial_hidden: float",
        "reserve: float", "outputs_gradient: float", "final_hidden_gradient: float"},
       {"kernel_gradient: float", "recurrent_kernel_gradient: float", "bias_gradient: float",
        "initial_hidden_gradient: float", "inputs_gradient: float"},
       {inputTypes}});
}

template <Precision precision>
void registerLstm(const char* name, const char* gradientName) {
  registerOp<forward<Family::lstm, precision>>({name,
                                     {"inputs: T", "kernel: float", "recurrent_kernel: float", "bias: float",
                                      "initial_hidden: float", "initial_cell: float"},
                                     {"outputs: float", "reserve: float", "final_hidden: float", "final_cell: float"},
                                     {inputTypes}});
  registerOp<gradient<Family::lstm, precision>>(
      {gradientName,
       {"inputs: T", "kernel: float", "recurrent_kernel: float", "bias: float", "initial_hidden: float",
        "initial_cell: float", "reserve: float", "outputs_gradient: float", "final_hidden_gradient: float",
        "final_cell_gradient: float"},
       {"kernel_gradient: float", "recurrent_kernel_gradient: float", "bias_gradient: float",
        "initial_hidden_gradient: float", "initial_cell_gradient: float", "inputs_gradient: float"},
       {inputTypes}});
}

}  // namespace

void registerRecurrentOps() {
  using enum Precision;
  registerHidden<Family::simpleRnn, fp32>("UnrollSimpleRnn", "UnrollSimpleRnnGradient");
  registerHidden<Family::gru, fp32>("UnrollGru", "UnrollGruGradient");
  registerLstm<fp32>("UnrollLstm", "UnrollLstmGradient");
  registerHidden<Family::simpleRnn, bf16>("UnrollSimpleRnnBf16", "UnrollSimpleRnnBf16Gradient");
  registerHidden<Family::gru, bf16>("UnrollGruBf16", "UnrollGruBf16Gradient");
  registerLstm<bf16>("UnrollLstmBf16", "UnrollLstmBf16Gradient");
}

}  // namespace unroll
