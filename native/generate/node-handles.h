// Objects that JavaScript holds and only the addon can read, and functions that throw what goes wrong: handles carry a type
// tag, so that none can be taken for another's.
#pragma once
#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "generate/node-values.h"

namespace unroll {

/** Of each kind of handle its own. */
template <class Handle>
constexpr napi_type_tag tagOf = {};

template <class Handle>
napi_value wrap(napi_env env, Handle handle, std::size_t bytes) {
  napi_value object;
  check(napi_create_object(env, &object), "an object");
  struct Held {
    Handle handle;
    std::int64_t bytes;
  };
  auto* held = new Held{std::move(handle), std::int64_t(bytes)};
  const auto release = [](napi_env env, void* data, void*) {
    auto* held = static_cast<Held*>(data);
    std::int64_t ignored;
    napi_adjust_external_memory(env, -held->bytes, &ignored);
    delete held;
  };
  if (napi_wrap(env, object, held, release, nullptr, nullptr) != napi_ok) {
    delete held;
    throw BadCall("expected a handle");
  }
  std::int64_t ignored;
  napi_adjust_external_memory(env, held->bytes, &ignored);
  check(napi_type_tag_object(env, object, &tagOf<Handle>), "a tag");
  return object;
}

/** The handle of an object that `wrap` made; empty after it was released. */
template <class Handle>
Handle* find(napi_env env, napi_value value) {
  bool ours = false;
  void* data = nullptr;
  if (napi_check_object_type_tag(env, value, &tagOf<Handle>, &ours) != napi_ok || !ours) return nullptr;
  if (napi_unwrap(env, value, &data) != napi_ok) return nullptr;
  return static_cast<Handle*>(data);  // the first member of what wrap holds
}

template <class Handle>
auto& unwrap(napi_env env, napi_value value, const char* what) {
  Handle* handle = find<Handle>(env, value);
  require(handle && *handle, std::string("expected ") + what + " that is open");
  return **handle;
}

using Function = napi_value (*)(napi_env, const std::vector<napi_value>&);

template <Function function, std::size_t Arguments>
napi_value call(napi_env env, napi_callback_info info) {
  try {
    std::vector<napi_value> given(Arguments);
    std::size_t count = Arguments;
    check(napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr), "a call");
    require(count == Arguments, "expected " + std::to_string(Arguments) + " arguments, got " + std::to_string(count));
    return function(env, given);
  } catch (const std::bad_alloc&) {
    napi_throw_range_error(env, nullptr, "out of memory");
  } catch (const std::exception& error) {
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (!pending) napi_throw_type_error(env, nullptr, error.what());
  }
  return nullptr;
}

template <Function function, std::size_t Arguments>
void exportFunction(napi_env env, napi_value exports, const char* name) {
  napi_value value;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, call<function, Arguments>, nullptr, &value), name);
  check(napi_set_named_property(env, exports, name, value), name);
}

}  // namespace unroll
