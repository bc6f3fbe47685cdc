// Forecasts without TensorFlow in between: at one row its calls cost more than the network.
#pragma once
#include <node_api.h>

namespace unroll {

/** Exports runForecast, see node-forecast.cc. */
void exportForecast(napi_env env, napi_value exports);

}  // namespace unroll
