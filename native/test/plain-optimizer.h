// Clipping and the optimizers again, in doubles: Keras' and PyTorch's rules as kernels/training/calls.h tells them.
#pragma once
#include "kernels/training/calls.h"
#include "test/plain-layer.h"

namespace unroll::plain {

/** weights and moments are replaced; the gradient, of all parameters in a row, is clipped. */
struct Update {
  const OptimizerCall& call;
  Numbers gradient;
  Numbers& weights;
  Numbers& moments;  // one after another, each as long as the weights

  void run() {
    double squares = 0;
    for (double each : gradient) squares += each * each;
    const double scale = std::min(1.0, double(call.clipNorm) / (std::sqrt(squares) + 1e-6)), bound = call.clipValue;
    for (double& each : gradient) each = std::min(std::max(each * scale, -bound), bound);
    for (std::size_t i = 0; i < weights.size(); i++) {
      if (call.optimizer == Optimizer::sgd) sgd(i);
      if (call.optimizer == Optimizer::rmsprop) rmsprop(i);
      if (call.optimizer == Optimizer::adam) adam(i);
    }
  }

 private:
  double& moment(int index, std::size_t i) { return moments[std::size_t(index) * weights.size() + i]; }

  void sgd(std::size_t i) {
    const auto [step, momentum, nesterov] = call.sgd;
    double direction = gradient[i];
    if (momentum != 0) {
      double& velocity = moment(0, i);
      velocity = double(momentum) * velocity + gradient[i];
      direction = nesterov != 0 ? gradient[i] + double(momentum) * velocity : velocity;
    }
    weights[i] -= double(step) * direction;
  }

  void rmsprop(std::size_t i) {
    const auto [step, decay, rest, epsilon, momentum, centered] = call.rmsprop;
    double& square = moment(0, i);
    square = double(decay) * square + double(rest) * gradient[i] * gradient[i];
    double spread = square;
    if (centered != 0) {
      double& mean = moment(1, i);
      mean = double(decay) * mean + double(rest) * gradient[i];
      spread = std::max(square - mean * mean, 0.0);
    }
    double direction = gradient[i] / (std::sqrt(spread) + double(epsilon));
    if (momentum != 0) {
      double& velocity = moment(centered != 0 ? 2 : 1, i);
      velocity = direction = double(momentum) * velocity + direction;
    }
    weights[i] -= double(step) * direction;
  }

  void adam(std::size_t i) {
    const AdamNumbers& by = call.adam;
    double &first = moment(0, i), &second = moment(1, i);
    first = double(by.firstDecay) * first + double(by.firstRest) * gradient[i];
    second = double(by.secondDecay) * second + double(by.secondRest) * gradient[i] * gradient[i];
    const double spread = std::sqrt(second) * double(by.rootCorrection) + double(by.epsilon);
    weights[i] = weights[i] * double(by.kept) - double(by.stepSize) * first / spread;
  }
};

}  // namespace unroll::plain
