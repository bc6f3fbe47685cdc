#include "kernels/instantiate.h"

namespace unroll {

const KernelSet avx512Kernels = kernelSet<Avx512>("avx512");

}  // namespace unroll
