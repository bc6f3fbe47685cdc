#include "kernels/kernel-set.h"

namespace unroll {
namespace {

const KernelSet& choose() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (avx512) return avx512Kernels;
  if (avx2) return avx2Kernels;
#endif
  return portableKernels;
}

const Bf16Kernels& chooseBf16() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (&kernels() == &avx512Kernels && __builtin_cpu_supports("avx512bf16")) return avx512Bf16Kernels;
#endif
  return portableBf16Kernels;
}

}  // namespace

const KernelSet& kernels() {
  static const KernelSet& chosen = choose();
  return chosen;
}

const Bf16Kernels& bf16Kernels() {
  static const Bf16Kernels& chosen = chooseBf16();
  return chosen;
}

bool multipliesBf16() { return &bf16Kernels() != &portableBf16Kernels; }

}  // namespace unroll
