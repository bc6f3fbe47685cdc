// The softmax head, its loss and its gradients again, in doubles and plain loops.
#pragma once
#include <cstdint>

#include "test/plain-layer.h"

namespace unroll::plain {

struct Head {
  Index rows, units, classes;
  Numbers hidden, kernel, bias;
  std::vector<std::int32_t> labels;
  Numbers losses, hiddenGradient, kernelGradient, biasGradient;

  void run() {
    losses.assign(rows, 0);
    hiddenGradient.assign(hidden.size(), 0), kernelGradient.assign(kernel.size(), 0), biasGradient.assign(classes, 0);
    for (Index row = 0; row < rows; row++) runRow(row);
  }

 private:
  void runRow(Index row) {
    Numbers logits = bias;
    double sum = 0;
    for (Index c = 0; c < classes; c++) {
      for (Index u = 0; u < units; u++) logits[c] += hidden[row * units + u] * kernel[u * classes + c];
      sum += std::exp(logits[c]);
    }
    losses[row] = std::log(sum) - logits[labels[row]];
    for (Index c = 0; c < classes; c++) {
      const double slope = (std::exp(logits[c]) / sum - (c == labels[row])) / double(rows);
      biasGradient[c] += slope;
      for (Index u = 0; u < units; u++) {
        hiddenGradient[row * units + u] += slope * kernel[u * classes + c];
        kernelGradient[u * classes + c] += slope * hidden[row * units + u];
      }
    }
  }
};

}  // namespace unroll::plain
