#include "generate/likelihoods.h"

#include <algorithm>
#include <cmath>

namespace unroll {

bool Likelihoods::measure(const float* logits, Index vocabulary) {
  logits_.assign(logits, logits + vocabulary);
  double peak = logits[0], total = 0;
  for (Index token = 0; token < vocabulary; token++) {
    if (!std::isfinite(logits[token])) return false;
    peak = std::max(peak, double(logits[token]));
  }
  for (Index token = 0; token < vocabulary; token++) total += std::exp(double(logits[token]) - peak);
  logTotal_ = peak + std::log(total);
  return true;
}

void Likelihoods::likeliest(Index count, const Conditions& allowed, std::int32_t* tokens, double* values) {
  ranking_.clear();
  for (std::int32_t token = 0; token < std::int32_t(logits_.size()); token++)
    if (allowed.allow(token)) ranking_.push_back(token);
  const auto isBefore = [&](std::int32_t one, std::int32_t other) {
    const float a = logits_[std::size_t(one)], b = logits_[std::size_t(other)];
    return a > b || (a == b && one < other);
  };
  const Index found = std::min(count, Index(ranking_.size()));
  std::partial_sort(ranking_.begin(), ranking_.begin() + found, ranking_.end(), isBefore);
  for (Index rank = 0; rank < count; rank++) {
    tokens[rank] = rank < found ? ranking_[std::size_t(rank)] : -1;
    values[rank] = rank < found ? of(tokens[rank]) : 0;
  }
}

}  // namespace unroll
