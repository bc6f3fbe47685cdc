#include "kernels/instantiate-bf16.h"

namespace unroll {

const Bf16Kernels avx512Bf16Kernels = bf16KernelSet<Avx512>("avx512");

}  // namespace unroll
