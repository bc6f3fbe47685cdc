#include "kernels/instantiate.h"

namespace unroll {

const KernelSet portableKernels = kernelSet<Portable>("portable");

}  // namespace unroll
