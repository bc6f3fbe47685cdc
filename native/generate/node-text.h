// The generation engine's door to Node.js.
#pragma once
#include <node_api.h>

namespace unroll {

/** Adds createTextNetwork, openTextStream, advanceText and release to the addon's exports. */
void exportTextFunctions(napi_env env, napi_value exports);

}  // namespace unroll
