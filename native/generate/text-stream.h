// One text in the making: everything a stream is, between two calls.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "generate/likelihoods.h"
#include "generate/random.h"
#include "generate/sampling.h"
#include "generate/text-network.h"
#include "threads/thread-pool.h"

namespace unroll {

/** How a text begins, and what it must keep to. */
struct TextStart {
  std::vector<std::int32_t> prompt;  // at least one token
  std::int64_t left;                 // tokens still to draw
  SamplingRule rule = {};
  Random random = Random({1, 0, 0, 0});
  std::vector<std::int32_t> given = {};  // the text, where it is not to be drawn but only measured; as many as are left
  std::vector<float> bias = {};          // [vocabulary], or empty
  std::shared_ptr<const Constraint> constraint = nullptr;
  Index alternatives = -1;     // likeliest tokens to tell of beside each that comes; -1: nothing is told
  bool allowedAlone = false;  // whether these are of the allowed ones alone
};

struct TextStream : TextStart {
  std::shared_ptr<const TextNetwork> network;
  std::size_t read = 0;                // tokens of the prompt that the state has taken in
  std::int32_t token = 0;              // the last one drawn
  bool failed = false;                 // a logit was not finite
  std::int32_t place = 0, before = 0;  // in the constraint, and before the last token
  bool complete = false;               // no token may follow
  std::vector<std::uint8_t> seen = {};  // [vocabulary] tokens that the penalty is for; else empty
  std::vector<float> state;             // [layers, states, paddedUnits]

  TextStream(std::shared_ptr<const TextNetwork> of, TextStart start)
      : TextStart(std::move(start)),
        network(std::move(of)),
        state(std::size_t(network->shape.layers * network->states() * network->paddedUnits())) {
    if (rule.repetitionPenalty == 1) return;
    seen.resize(std::size_t(network->shape.vocabulary));
    for (const std::int32_t each : prompt) seen[std::size_t(each)] = 1;
  }

  bool ended() const { return failed || complete || left == 0; }
  bool readsPrompt() const { return read < prompt.size(); }
  std::int32_t input() const { return readsPrompt() ? prompt[read] : token; }
  /** Whether a token is drawn after the next step. */
  bool drawsNext() const { return !ended() && read + 1 >= prompt.size(); }
  bool isTold() const { return alternatives >= 0; }

  Conditions conditions() const {
    return {.bias = bias.empty() ? nullptr : bias.data(),
            .seen = seen.empty() ? nullptr : seen.data(),
            .constraint = constraint.get(),
            .place = place,
            .left = left};
  }

  void take(std::int32_t drawn) {
    left--;
    if (!seen.empty()) seen[std::size_t(drawn)] = 1;
    before = place;
    goOnWith(drawn);
  }

  /** Another stream, which took this token instead of the last one drawn. */
  TextStream branch(std::int32_t taken) {
    if (!readsPrompt()) prompt.clear(), read = 0;  // so that no copy carries it
    TextStream other = *this;
    other.goOnWith(taken);
    return other;
  }

 private:
  void goOnWith(std::int32_t taken) {
    token = taken;
    if (!constraint) return;
    place = constraint->follow(before, taken, left + 1);
    complete = !constraint->goesOn(place, left);
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
  /** Of a stream that is told of, [steps, 1 + alternatives]: the token that came, then the likeliest; else nullptr. */
  struct Told {
    std::int32_t* tokens = nullptr;
    double* logProbabilities = nullptr;
  };
  const Told* told = nullptr;  // [rows], or nullptr where no stream is
};

}  // namespace unroll
