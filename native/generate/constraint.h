// Which tokens may come: an automaton over the vocabulary that src/rnn/text/constraints/ makes.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/recurrent/shapes.h"

namespace unroll {

struct Constraint {
  Index vocabulary;
  std::vector<std::int32_t> next;       // [places, vocabulary]: the place after a token, -1 where it may not come
  std::vector<std::int32_t> distances;  // [places]: tokens that a text at this place lacks at least

  /** The place after a token, if a text with so many tokens left, this one included, can still be completed; else -1. */
  std::int32_t follow(std::int32_t place, std::int32_t token, std::int64_t left) const {
    const std::int32_t to = next[std::size_t(place * vocabulary + token)];
    return to >= 0 && distances[std::size_t(to)] < left ? to : -1;
  }

  bool goesOn(std::int32_t place, std::int64_t left) const {
    for (std::int32_t token = 0; token < vocabulary; token++)
      if (follow(place, token, left) >= 0) return true;
    return false;
  }
};

}  // namespace unroll
