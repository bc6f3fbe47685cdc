// Memory that a thread keeps between calls: fresh pages cost as much as the work on them.
#pragma once
#include <cstdlib>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

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
  /** Room for `size` floats on a cache line's start, much of it on huge pages where the system has them; what they hold is left over from earlier calls. */
  float* atLeast(Index size) {
    if (size > size_) {
      memory_.reset();
      size_ = 0;
      const std::size_t bytes = std::size_t(size) * sizeof(float), alignment = bytes >= hugePage ? hugePage : 64;
      const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
      memory_.reset(static_cast<float*>(std::aligned_alloc(alignment, rounded)));
      if (!memory_) throw std::bad_alloc();
#if defined(__linux__)
      if (alignment == hugePage) madvise(memory_.get(), rounded, MADV_HUGEPAGE);
#endif
      size_ = size;
    }
    return memory_.get();
  }

 private:
  static constexpr std::size_t hugePage = std::size_t(1) << 21;
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  Index size_ = 0;
};

}  // namespace unroll
