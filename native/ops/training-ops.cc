// The loss and the optimizers as ops.
//
//   UnrollCrossEntropy     logits [rows, classes], labels int32 [rows] -> loss [], gradient of logits
//   UnrollSoftmaxHead      hidden [..., units], kernel [units, classes], bias [classes], labels int32 [rows]
//                          -> loss [], gradients of hidden, kernel and bias; rows: of hidden, all axes but the last
//   UnrollDropoutMask      shape int32 [axes], draw int32 [3]: both keys and the threshold, kept [] -> mask [shape...]
//   Unroll<Optimizer>      settings, weights N * [...], gradients N * [...], moments M * [size of all weights]
//                          -> norms of the gradients [1 + N], new weights N * [...], new moments M * [...]
//
// settings: clip norm, clip value (infinity for none), then the optimizer's numbers; see kernels/training/optimizer-settings.h.
#include "ops/training-ops.h"

#include <cmath>
#include <cstring>

#include "kernels/kernel-set.h"
#include "kernels/training/optimizer-settings.h"
#include "ops/register-op.h"

namespace unroll {
namespace {

void checkLabels(const Operand& labels, Index rows, Index classes) {
  labels.expectType(TF_INT32);
  if (labels.shape() != std::vector<Index>{rows})
    throw InvalidCall("expected labels " + text({rows}) + ", got " + text(labels.shape()));
  for (Index row = 0; row < rows; row++)
    if (labels.integers()[row] < 0 || labels.integers()[row] >= classes)
      throw InvalidCall("expected labels from 0 to " + std::to_string(classes - 1) + ", got " +
                        std::to_string(labels.integers()[row]));
}

void writeMean(const std::vector<double>& losses, const Operand& loss) {
  double sum = 0;
  for (double each : losses) sum += each;
  *loss.mutableFloats() = float(sum / double(losses.size()));
}

void softmaxHead(OpCall& call) {
  const Operand hidden = call.input(0, "hidden"), kernel = call.input(1, "kernel"), bias = call.input(2, "bias"),
                labels = call.input(3, "labels");
  if (hidden.rank() < 2 || hidden.size() == 0 || kernel.rank() != 2 || kernel.size() == 0)
    throw InvalidCall("expected hidden [..., units] and kernel [units, classes], at least one of each, got " +
                      text(hidden.shape()) + " and " + text(kernel.shape()));
  const Index units = kernel.extent(0), classes = kernel.extent(1), rows = hidden.size() / units;
  std::vector<Index> shape = hidden.shape();
  shape.back() = units;
  hidden.expect(shape);
  kernel.expect({units, classes});
  bias.expect({classes});
  checkLabels(labels, rows, classes);
  const Operand loss = call.allocate(0, {}), hiddenGradient = call.allocate(1, shape),
                kernelGradient = call.allocate(2, {units, classes}), biasGradient = call.allocate(3, {classes});
  std::vector<double> losses(rows);
  kernels().softmaxHead({.rows = rows,
                         .units = units,
                         .classes = classes,
                         .stride = units,
                         .hidden = hidden.floats(),
                         .kernel = kernel.floats(),
                         .bias = bias.floats(),
                         .labels = labels.integers(),
                         .rowLosses = losses.data(),
                         .hiddenGradient = hiddenGradient.mutableFloats(),
                         .kernelGradient = kernelGradient.mutableFloats(),
                         .biasGradient = biasGradient.mutableFloats()},
                        ThreadPool::shared());
  writeMean(losses, loss);
}

void crossEntropy(OpCall& call) {
  const Operand logits = call.input(0, "logits"), labels = call.input(1, "labels");
  if (logits.rank() != 2 || logits.size() == 0)
    throw InvalidCall("expected logits [rows, classes], at least one, got " + text(logits.shape()));
  const Index rows = logits.extent(0), classes = logits.extent(1);
  checkLabels(labels, rows, classes);
  const Operand loss = call.allocate(0, {}), gradient = call.allocate(1, {rows, classes});
  std::vector<double> losses(rows);
  kernels().crossEntropy({rows, classes, logits.floats(), labels.integers(), losses.data(), gradient.mutableFloats()},
                         ThreadPool::shared());
  writeMean(losses, loss);
}

void dropoutMask(OpCall& call) {
  const Operand shape = call.input(0, "shape"), draw = call.input(1, "draw"), kept = call.input(2, "kept");
  shape.expectType(TF_INT32);
  draw.expectType(TF_INT32);
  if (shape.rank() != 1 || shape.size() > 8)
    throw InvalidCall("expected a shape of at most 8 axes, got " + text(shape.shape()));
  if (draw.shape() != std::vector<Index>{3}) throw InvalidCall("expected draw [3], got " + text(draw.shape()));
  kept.expect({});
  const std::vector<Index> extents(shape.integers(), shape.integers() + shape.size());
  for (Index extent : extents)
    if (extent < 1) throw InvalidCall("expected a shape of 1 or more along every axis, got " + text(extents));
  const Operand mask = call.allocate(0, extents);
  const std::int32_t* words = draw.integers();
  kernels().dropoutMask({std::uint32_t(words[0]), std::uint32_t(words[1]), std::uint32_t(words[2]), *kept.floats(),
                         mask.size(), mask.mutableFloats()},
                        ThreadPool::shared());
}

template <Optimizer optimizer>
void update(OpCall& call) {
  const Operand settings = call.input(0, "settings");
  OptimizerCall step{};
  step.optimizer = optimizer;
  readSettings(step, settings.expect({settingsCount(optimizer)}).floats());
  const int pairs = call.inputs() - 1 - step.momentCount, count = pairs / 2;
  if (pairs < 2 || pairs % 2 != 0)
    throw InvalidCall("expected weights, a gradient for each, and " + std::to_string(step.momentCount) +
                      " moments, got " + std::to_string(call.inputs() - 1) + " tensors");

  std::vector<Operand> operands;
  std::vector<Parameter> parameters;
  step.norms = operands.emplace_back(call.allocate(0, {1 + count})).mutableFloats();
  Index size = 0;
  for (int i = 0; i < count; i++) {
    Operand weights = call.input(1 + i, "weights");
    const std::vector<Index> shape = weights.shape();
    Parameter parameter{weights.size(), size, weights.floats(), nullptr, nullptr};
    parameter.gradient = operands.emplace_back(call.input(1 + count + i, "gradients")).expect(shape).floats();
    parameter.newWeights = operands.emplace_back(call.allocate(1 + i, shape)).mutableFloats();
    parameters.push_back(parameter);
    size += parameter.size;
    operands.push_back(std::move(weights));
  }
  step.parameters = parameters;
  for (int i = 0; i < step.momentCount; i++) {
    step.moments[i] = operands.emplace_back(call.input(1 + 2 * count + i, "moments")).expect({size}).floats();
    step.newMoments[i] = operands.emplace_back(call.allocate(1 + count + i, {size})).mutableFloats();
  }
  kernels().optimizer(step, ThreadPool::shared());
}

template <Optimizer optimizer>
void registerOptimizer(const char* name) {
  registerOp<update<optimizer>>(
      {name,
       {"settings: float", "weights: N * float", "gradients: N * float", "moments: M * float"},
       {"norms: float", "new_weights: N * float", "new_moments: M * float"},
       {"N: int >= 1", "M: int >= 0"}});
}

}  // namespace

void registerTrainingOps() {
  registerOp<crossEntropy>(
      {"UnrollCrossEntropy", {"logits: float", "labels: int32"}, {"loss: float", "gradient: float"}, {}});
  registerOp<dropoutMask>(
      {"UnrollDropoutMask", {"shape: int32", "draw: int32", "kept: float"}, {"mask: float"}, {}});
  registerOp<softmaxHead>(
      {"UnrollSoftmaxHead",
       {"hidden: float", "kernel: float", "bias: float", "labels: int32"},
       {"loss: float", "hidden_gradient: float", "kernel_gradient: float", "bias_gradient: float"},
       {}});
  registerOptimizer<Optimizer::sgd>("UnrollSgd");
  registerOptimizer<Optimizer::rmsprop>("UnrollRmsprop");
  registerOptimizer<Optimizer::adam>("UnrollAdam");
}

}  // namespace unroll
