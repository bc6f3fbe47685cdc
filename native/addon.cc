// The door to Node.js: loading this file quiets TensorFlow's log and registers the ops, once per process.
// Exports { kernels: "avx512" | "avx2" | "portable", threads, multipliesBf16: boolean }, the functions of generate/node-text.h and train/node-train.h, and runForecast.
#include <node_api.h>

#include <exception>
#include <mutex>

#include "forecast/node-forecast.h"
#include "generate/node-text.h"
#include "kernels/kernel-set.h"
#include "ops/recurrent-ops.h"
#include "ops/training-ops.h"
#include "train/node-train.h"

namespace {

void registerOps() {
  // Several worker threads may load the addon; TensorFlow ends the process over an op registered twice.
  static std::once_flag once;
  std::call_once(once, [] {
    unroll::registerRecurrentOps();
    unroll::registerTrainingOps();
  });
}

napi_value initialise(napi_env env, napi_value exports) {
  try {
    registerOps();
    napi_value kernels, threads, bf16;
    napi_create_string_utf8(env, unroll::kernels().name, NAPI_AUTO_LENGTH, &kernels);
    napi_create_int32(env, unroll::ThreadPool::shared().threads(), &threads);
    napi_get_boolean(env, unroll::multipliesBf16(), &bf16);
    napi_set_named_property(env, exports, "kernels", kernels);
    napi_set_named_property(env, exports, "threads", threads);
    napi_set_named_property(env, exports, "multipliesBf16", bf16);
    unroll::exportTextFunctions(env, exports);
    unroll::exportForecast(env, exports);
    unroll::exportTrainFunctions(env, exports);
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return exports;
}

}  // namespace

NAPI_MODULE(unroll, initialise)
