#include "generate/sampling.h"

#include <algorithm>
#include <cmath>

namespace unroll {
namespace {

/** The likeliest token, of equals the first; -1 when a logit is not finite. */
std::int32_t likeliestOf(const float* logits, Index vocabulary) {
  std::int32_t best = 0;
  for (Index token = 0; token < vocabulary; token++) {
    if (!std::isfinite(logits[token])) return -1;
    if (logits[token] > logits[best]) best = std::int32_t(token);
  }
  return best;
}

/** A logit above 0 divided by the penalty, any other multiplied by it (Keskar et al. 2019). */
void penalise(float* logits, Index vocabulary, double penalty, const std::uint8_t* seen) {
  for (Index token = 0; token < vocabulary; token++)
    if (seen[token]) logits[token] = float(logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty);
}

/** Walks the vocabulary in its own order, so that a filter never reorders the draw; -1 where rounding leaves nothing. */
std::int32_t pick(const std::vector<double>& weights, Index vocabulary, double uniform) {
  double total = 0, passed = 0;
  for (Index token = 0; token < vocabulary; token++) total += weights[token];
  const double target = uniform * total;
  for (Index token = 0; token < vocabulary; token++) {
    passed += weights[token];
    if (target < passed) return std::int32_t(token);
  }
  return -1;
}

}  // namespace

std::int32_t Sampler::draw(float* logits, Index vocabulary, const SamplingRule& rule, const std::uint8_t* seen,
                           double uniform) {
  if (seen) penalise(logits, vocabulary, rule.repetitionPenalty, seen);
  const std::int32_t likeliest = likeliestOf(logits, vocabulary);
  if (likeliest < 0 || rule.temperature == 0) return likeliest;
  weights_.resize(std::size_t(vocabulary));
  const double peak = logits[likeliest];
  for (Index token = 0; token < vocabulary; token++)
    weights_[token] = std::exp((double(logits[token]) - peak) / rule.temperature);
  keepLikeliest(vocabulary, rule);
  const std::int32_t drawn = pick(weights_, vocabulary, uniform);
  return drawn < 0 ? likeliest : drawn;
}

/** Sets the weights that top_k, top_p and min_p leave out to zero. */
void Sampler::keepLikeliest(Index vocabulary, const SamplingRule& rule) {
  const Index candidates = rule.topK == 0 ? vocabulary : std::min(Index(rule.topK), vocabulary);
  if (candidates < vocabulary || rule.topP < 1) {
    ranking_.resize(std::size_t(vocabulary));
    for (Index token = 0; token < vocabulary; token++) ranking_[token] = std::int32_t(token);
    // Heavier first, of equals the smaller id; std heaps keep the last of an order on top.
    const auto isBefore = [&](std::int32_t one, std::int32_t other) {
      return weights_[one] > weights_[other] || (weights_[one] == weights_[other] && one < other);
    };
    const auto isAfter = [&](std::int32_t one, std::int32_t other) { return isBefore(other, one); };
    std::make_heap(ranking_.begin(), ranking_.end(), isAfter);
    Index ranked = 0;
    const auto token = [&](Index rank) {
      for (; ranked <= rank; ranked++) std::pop_heap(ranking_.begin(), ranking_.end() - ranked, isAfter);
      return ranking_[vocabulary - 1 - rank];
    };
    Index last = candidates - 1;
    if (rule.topP < 1) {
      double total = 0;
      if (candidates == vocabulary)
        for (Index each = 0; each < vocabulary; each++) total += weights_[each];
      else
        for (Index rank = 0; rank < candidates; rank++) total += weights_[token(rank)];
      double held = weights_[token(0)];
      for (last = 0; held < rule.topP * total && last < candidates - 1;) held += weights_[token(++last)];
    }
    const std::int32_t least = token(last);
    const double leastWeight = weights_[least];
    for (Index each = 0; each < vocabulary; each++)
      if (weights_[each] < leastWeight || (weights_[each] == leastWeight && each > least)) weights_[each] = 0;
  }
  // The likeliest weighs 1.
  if (rule.minP > 0)
    for (Index token = 0; token < vocabulary; token++)
      if (weights_[token] < rule.minP) weights_[token] = 0;
}

}  // namespace unroll
