// The loss and the optimizers as ops.
//
//   UnrollCrossEntropy     logits [rows, classes], labels int32 [rows] -> loss [], gradient of logits
//   Unroll<Optimizer>      weights N * [...], gradients N * [...], settings [4], moments each [size of all weights]
//                          -> norm of the gradients [], new weights N * [...], new moments
//
// settings: clip norm (infinity for none), step size, root correction, kept share; see kernels/training/calls.h.
#include "ops/training-ops.h"

#include <cmath>

#include "kernels/kernel-set.h"
#include "ops/register-op.h"

namespace unroll {
namespace {

void crossEntropy(OpCall& call) {
  const Operand logits = call.input(0, "logits"), labels = call.input(1, "labels");
  if (logits.rank() != 2 || logits.size() == 0)
    throw InvalidCall("expected logits [rows, classes], at least one, got " + text(logits.shape()));
  const Index rows = logits.extent(0), classes = logits.extent(1);
  if (labels.shape() != std::vector<Index>{rows})
    throw InvalidCall("expected labels " + text({rows}) + ", got " + text(labels.shape()));
  for (Index row = 0; row < rows; row++)
    if (labels.integers()[row] < 0 || labels.integers()[row] >= classes)
      throw InvalidCall("expected labels from 0 to " + std::to_string(classes - 1) + ", got " +
                        std::to_string(labels.integers()[row]));
  const Operand loss = call.allocate(0, {}), gradient = call.allocate(1, {rows, classes});
  std::vector<double> losses(rows);
  kernels().crossEntropy({rows, classes, logits.floats(), labels.integers(), losses.data(), gradient.mutableFloats()},
                         ThreadPool::shared());
  double sum = 0;
  for (double each : losses) sum += each;
  *loss.mutableFloats() = float(sum / double(rows));
}

template <Optimizer optimizer>
void update(OpCall& call) {
  constexpr int moments = momentsOf(optimizer);
  const int count = (call.inputs() - 1 - moments) / 2;
  std::vector<Operand> operands;
  std::vector<Parameter> parameters;
  const Operand norm = call.allocate(0, {});
  Index size = 0;
  for (int i = 0; i < count; i++) {
    const Operand& weights = operands.emplace_back(call.input(i, "weights"));
    const std::vector<Index> shape = weights.shape();
    Parameter parameter{weights.size(), size, weights.floats(), nullptr, nullptr};
    parameter.gradient = operands.emplace_back(call.input(count + i, "gradients")).expect(shape).floats();
    parameter.newWeights = operands.emplace_back(call.allocate(1 + i, shape)).mutableFloats();
    parameters.push_back(parameter);
    size += parameter.size;
  }
  const Operand settings = call.input(2 * count, "settings");
  const float* values = settings.expect({4}).floats();
  OptimizerCall step{optimizer, parameters, {}, {}, values[0], values[1], values[2], values[3], 0};
  for (int i = 0; i < moments; i++) {
    step.moments[i] = operands.emplace_back(call.input(2 * count + 1 + i, "moments")).expect({size}).floats();
    step.newMoments[i] = operands.emplace_back(call.allocate(1 + count + i, {size})).mutableFloats();
  }
  kernels().optimizer(step, ThreadPool::shared());
  *norm.mutableFloats() = float(step.norm);
}

constexpr const char* weights = "weights: N * float";
constexpr const char* gradients = "gradients: N * float";
constexpr const char* newWeights = "new_weights: N * float";
constexpr const char* number = "N: int >= 1";

}  // namespace

void registerTrainingOps() {
  registerOp<crossEntropy>(
      {"UnrollCrossEntropy", {"logits: float", "labels: int32"}, {"loss: float", "gradient: float"}, {}});
  registerOp<update<Optimizer::sgd>>(
      {"UnrollSgd", {weights, gradients, "settings: float"}, {"norm: float", newWeights}, {number}});
  registerOp<update<Optimizer::rmsprop>>({"UnrollRmsprop",
                                          {weights, gradients, "settings: float", "mean_square: float"},
                                          {"norm: float", newWeights, "new_mean_square: float"},
                                          {number}});
  registerOp<update<Optimizer::adam>>(
      {"UnrollAdam",
       {weights, gradients, "settings: float", "first_moment: float", "second_moment: float"},
       {"norm: float", newWeights, "new_first_moment: float", "new_second_moment: float"},
       {number}});
}

}  // namespace unroll
