#pragma once
#include <node_api.h>

namespace unroll {

/** createTextTrainer, trainText, readTextTrainer: src/rnn/text/training/train-addon.ts declares them. */
void exportTrainFunctions(napi_env env, napi_value exports);

}  // namespace unroll
