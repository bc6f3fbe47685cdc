#include "kernels/instantiate.h"

namespace unroll {

const KernelSet avx2Kernels = kernelSet<Avx2>("avx2");

}  // namespace unroll
