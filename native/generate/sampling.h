// How the next token is drawn. The rule and every rounding are those of src/rnn/text/sample-token.ts.
#pragma once
#include <cstdint>
#include <vector>

#include "generate/constraint.h"
#include "kernels/recurrent/shapes.h"

namespace unroll {

struct SamplingRule {
  double temperature = 1;        // 0 always takes the likeliest
  std::int64_t topK = 0;         // 0: all
  double topP = 1;               // in (0, 1]
  double minP = 0;               // in [0, 1]
  double typicalP = 1;           // in (0, 1]
  double repetitionPenalty = 1;  // above 0
};

/** What decides on one token besides the rule; nullptr where nothing does. */
struct Conditions {
  const float* bias = nullptr;         // [vocabulary] added to the logits
  const std::uint8_t* seen = nullptr;  // [vocabulary] which tokens the penalty is for
  const Constraint* constraint = nullptr;
  std::int32_t place = 0;  // where the text stands in the constraint
  std::int64_t left = 0;   // tokens to draw at most, this one included

  bool allow(std::int32_t token) const { return !constraint || constraint->follow(place, token, left) >= 0; }
};

/** Draws tokens; holds the scratch of one thread. */
class Sampler {
 public:
  /** The token drawn from logits [vocabulary], which bias and penalty change in place; -1 when one is not finite. `uniform` in [0, 1). */
  std::int32_t draw(float* logits, Index vocabulary, const SamplingRule& rule, const Conditions& conditions,
                    double uniform);

 private:
  std::vector<double> weights_;         // [vocabulary]
  std::vector<double> surprises_;       // [vocabulary]
  std::vector<std::int32_t> ranking_;  // a heap of tokens, then behind it what has left it

  void keepLikeliest(Index vocabulary, const SamplingRule& rule);
  void keepTypical(Index vocabulary, double typicalP);
};

}  // namespace unroll
