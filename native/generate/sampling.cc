#include "generate/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

/** Takes all weight from tokens that may not come; the likeliest of those that may. */
std::int32_t forbid(float* logits, Index vocabulary, const Conditions& conditions) {
  std::int32_t best = -1;
  for (std::int32_t token = 0; token < vocabulary; token++) {
    if (!conditions.allow(token))
      logits[token] = -std::numeric_limits<float>::infinity();
    else if (best < 0 || logits[token] > logits[best])
      best = token;
  }
  return best;
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

std::int32_t Sampler::draw(float* logits, Index vocabulary, const SamplingRule& rule, const Conditions& conditions,
                           double uniform) {
  if (conditions.bias)
    for (Index token = 0; token < vocabulary; token++) logits[token] += conditions.bias[token];
  if (conditions.seen) penalise(logits, vocabulary, rule.repetitionPenalty, conditions.seen);
  std::int32_t likeliest = likeliestOf(logits, vocabulary);
  if (likeliest >= 0 && conditions.constraint) likeliest = forbid(logits, vocabulary, conditions);
  if (likeliest < 0 || rule.temperature == 0) return likeliest;
  weights_.resize(std::size_t(vocabulary));
  const double peak = logits[likeliest];
  for (Index token = 0; token < vocabulary; token++)
    weights_[token] = std::exp((double(logits[token]) - peak) / rule.temperature);
  keepLikeliest(vocabulary, rule);
  if (rule.typicalP < 1) keepTypical(vocabulary, rule.typicalP);
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

/** Sets the weights of tokens to zero whose surprise is further from the entropy than that of the set that holds typical_p. */
void Sampler::keepTypical(Index vocabulary, double typicalP) {
  double total = 0, entropy = 0;
  for (Index token = 0; token < vocabulary; token++) total += weights_[token];
  surprises_.resize(std::size_t(vocabulary));
  ranking_.clear();
  for (Index token = 0; token < vocabulary; token++) {
    if (weights_[token] == 0) continue;
    const double probability = weights_[token] / total;
    surprises_[token] = -std::log(probability);
    entropy += probability * surprises_[token];
    ranking_.push_back(std::int32_t(token));
  }
  for (const std::int32_t token : ranking_) surprises_[token] = std::abs(surprises_[token] - entropy);
  std::sort(ranking_.begin(), ranking_.end(), [&](std::int32_t one, std::int32_t other) {
    return surprises_[one] < surprises_[other] || (surprises_[one] == surprises_[other] && one < other);
  });
  double held = 0;
  std::size_t last = 0;
  for (; last + 1 < ranking_.size(); last++) {
    held += weights_[ranking_[last]] / total;
    if (held >= typicalP) break;
  }
  const double furthest = surprises_[ranking_[last]];
  for (const std::int32_t token : ranking_)
    if (surprises_[token] > furthest) weights_[token] = 0;
}

}  // namespace unroll
