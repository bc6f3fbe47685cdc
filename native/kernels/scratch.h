// Memory that a thread keeps between calls: fresh pages cost as much as the work on them.
#pragma once
#include <cstdlib>
#include <memory>
#include <new>

#include "kernels/recurrent/shapes.h"

namespace unroll {

class Scratch {
 public:
  /** The same for elements as large as a float. */
  template <class Element>
  Element* atLeast(Index size) {
    static_assert(sizeof(Element) == sizeof(float));
    return reinterpret_cast<Element*>(atLeast(size));
  }
  /** Room for `size` floats on a cache line's start; what they hold is left over from earlier calls. */
  float* atLeast(Index size) {
    if (size > size_) {
      memory_.reset();
      size_ = 0;
      memory_.reset(static_cast<float*>(std::aligned_alloc(64, (std::size_t(size) * sizeof(float) + 63) / 64 * 64)));
      if (!memory_) throw std::bad_alloc();
      size_ = size;
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  Index size_ = 0;
};

}  // namespace unroll
