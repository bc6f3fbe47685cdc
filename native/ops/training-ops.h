#pragma once

namespace unroll {

/** UnrollCrossEntropy; UnrollSgd, UnrollRmsprop, UnrollAdam. */
void registerTrainingOps();

}  // namespace unroll
