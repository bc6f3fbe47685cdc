#include "recurrent/kernels/kernel-set.h"

namespace unroll {

const KernelSet portableKernels = kernelSet<Portable>("portable");

}  // namespace unroll
