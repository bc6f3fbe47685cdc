// One text in the making: everything a stream is, between two calls.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "generate/random.h"
#include "generate/sampling.h"
#include "generate/text-network.h"
#include "threads/thread-pool.h"

namespace unroll {

struct TextStream {
  std::shared_ptr<const TextNetwork> network;
  std::vector<std::int32_t> prompt;  // at least one token
  SamplingRule rule;
  Random random;
  std::int64_t left;  // characters still to draw

  std::size_t read = 0;                          // tokens of the prompt that the state has taken in
  std::int32_t token = 0;                        // the last one drawn
  bool failed = false;                           // a logit was not finite
  std::vector<std::uint8_t> seen = {};           // [vocabulary] tokens that the penalty is for; else empty
  std::vector<float> state = initialState();  // [layers, states, paddedUnits]

  bool ended() const { return failed || left == 0; }
  bool readsPrompt() const { return read < prompt.size(); }
  std::int32_t input() const { return readsPrompt() ? prompt[read] : token; }
  /** Whether a character is drawn after the next step. */
  bool drawsNext() const { return !ended() && read + 1 >= prompt.size(); }

 private:
  std::vector<float> initialState() const {
    return std::vector<float>(std::size_t(network->shape.layers * network->states() * network->paddedUnits()));
  }

 public:
  TextStream(std::shared_ptr<const TextNetwork> network, std::vector<std::int32_t> prompt, const SamplingRule& rule,
             const Random& random, std::int64_t left)
      : network(std::move(network)), prompt(std::move(prompt)), rule(rule), random(random), left(left) {
    if (rule.repetitionPenalty == 1) return;
    seen.resize(std::size_t(this->network->shape.vocabulary));
    for (const std::int32_t token : this->prompt) seen[std::size_t(token)] = 1;
  }
};

/** Moves different streams of one network on by `steps` characters, of the prompt or drawn. */
struct AdvanceCall {
  const TextNetwork& network;
  TextStream* const* streams;  // [rows]
  Index rows;
  Index steps;
  std::int32_t* tokens;  // [rows, steps]: those drawn
  std::int32_t* counts;  // [rows]: how many; less than steps where the prompt was read or the text is at its end
  float* logits = nullptr;  // [rows, steps, vocabulary] of what was drawn, before any rule; nullptr where nobody asks
};

}  // namespace unroll
