// How likely the network itself holds each token of a step: the logarithm of softmax(logits), before any rule.
#pragma once
#include <cstdint>
#include <vector>

#include "generate/sampling.h"

namespace unroll {

/** Of one step; holds the scratch of one thread. */
class Likelihoods {
 public:
  /** Keeps the logits [vocabulary]; false when one is not finite. */
  bool measure(const float* logits, Index vocabulary);
  double of(std::int32_t token) const { return double(logits_[std::size_t(token)]) - logTotal_; }
  /** The likeliest in falling order, of equals the smaller id first; -1 behind the last where fewer are allowed. */
  void likeliest(Index count, const Conditions& allowed, std::int32_t* tokens, double* values);

 private:
  std::vector<float> logits_;           // [vocabulary]
  std::vector<std::int32_t> ranking_;  // [those allowed]
  double logTotal_ = 0;
};

}  // namespace unroll
