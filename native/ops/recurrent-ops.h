#pragma once

namespace unroll {

/** UnrollSimpleRnn, UnrollLstm, UnrollGru and their gradients, and all of them in bf16. */
void registerRecurrentOps();

}  // namespace unroll
