#include "kernels/instantiate-bf16.h"

namespace unroll {

const Bf16Kernels portableBf16Kernels = bf16KernelSet<Portable>("portable");

}  // namespace unroll
