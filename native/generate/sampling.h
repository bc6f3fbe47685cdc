// How the next character is drawn. The rule and every rounding are those of src/rnn/text/sample-token.ts.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/recurrent/shapes.h"

namespace unroll {

struct SamplingRule {
  double temperature = 1;        // 0 always takes the likeliest
  std::int64_t topK = 0;         // 0: all
  double topP = 1;               // in (0, 1]
  double minP = 0;               // in [0, 1]
  double repetitionPenalty = 1;  // above 0
};

/** Draws tokens; holds the scratch of one thread. */
class Sampler {
 public:
  /**
   * The token drawn from logits [vocabulary], which the penalty changes in place; -1 when one is not finite.
   * `seen` [vocabulary]: which tokens came before, nullptr where nothing is penalised. `uniform` in [0, 1).
   */
  std::int32_t draw(float* logits, Index vocabulary, const SamplingRule& rule, const std::uint8_t* seen,
                    double uniform);

 private:
  std::vector<double> weights_;         // [vocabulary]
  std::vector<std::int32_t> ranking_;  // a heap of tokens, then behind it what has left it

  void keepLikeliest(Index vocabulary, const SamplingRule& rule);
};

}  // namespace unroll
