#pragma once

namespace unroll {

/** UnrollSimpleRnn, UnrollLstm, UnrollGru and their gradients. */
void registerRecurrentOps();

}  // namespace unroll
