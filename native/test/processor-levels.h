// The kernels that this machine can run, and pools to run them on.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kernels/kernel-set.h"

namespace unroll {

inline std::vector<const KernelSet*> processorLevels() {
  std::vector<const KernelSet*> sets = {&portableKernels};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(&avx2Kernels);
  if (&kernels() == &avx512Kernels) sets.push_back(&avx512Kernels);
#endif
  return sets;
}

inline std::vector<const Bf16Kernels*> bf16Levels() {
  std::vector<const Bf16Kernels*> sets = {&portableBf16Kernels};
  if (multipliesBf16()) sets.push_back(&bf16Kernels());
  return sets;
}

/** Never ended, as the service's own. */
inline ThreadPool& oneThread() {
  static ThreadPool& pool = *new ThreadPool(1);
  return pool;
}
inline ThreadPool& threeThreads() {
  static ThreadPool& pool = *new ThreadPool(3);
  return pool;
}

/** What has been compared, and how much of it failed. */
struct Tally {
  int calls = 0, failures = 0;

  void count(bool isRight) { calls++, failures += !isRight; }
};

/** A comparison's main(): runs compare(round, tally) so often as the first argument says. */
template <class Compare>
int compareRounds(int count, char** arguments, const Compare& compare) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 10;
  Tally tally;
  for (int round = 0; round < rounds; round++) compare(round, tally);
  std::printf("%d comparisons, %d failures\n", tally.calls, tally.failures);
  return tally.failures ? 1 : 0;
}

}  // namespace unroll
