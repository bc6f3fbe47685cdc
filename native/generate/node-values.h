// Values from JavaScript, checked: what is not as expected throws BadCall, whose message becomes a TypeError.
#pragma once
#include <node_api.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace unroll {

struct BadCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const std::string& message) {
  if (!condition) throw BadCall(message);
}

/** Throws when a call of Node-API fails; an exception of JavaScript stays pending. */
inline void check(napi_status status, const char* what) {
  if (status != napi_ok) throw BadCall(std::string("expected ") + what);
}

/** The elements of a typed array, where they lie. */
template <class Element>
struct Elements {
  Element* data;
  std::size_t size;
};

class NodeValue {
 public:
  NodeValue(napi_env env, napi_value value, std::string name) : env_(env), value_(value), name_(std::move(name)) {}

  napi_value raw() const { return value_; }

  NodeValue field(const char* name) const {
    napi_value value;
    napi_valuetype type;
    check(napi_typeof(env_, value_, &type), "a value");
    require(type == napi_object, "expected " + name_ + " to be an object");
    check(napi_get_named_property(env_, value_, name, &value), "a readable field");
    return {env_, value, name};
  }

  bool isNull() const {
    napi_valuetype type;
    return napi_typeof(env_, value_, &type) == napi_ok && type == napi_null;
  }

  double number(double least, double most) const {
    double value;
    const bool isNumber = napi_get_value_double(env_, value_, &value) == napi_ok;
    require(isNumber && value >= least && value <= most,
            "expected " + name_ + " to be a number from " + text(least) + " to " + text(most));
    return value;
  }

  std::int64_t integer(std::int64_t least, std::int64_t most) const {
    const double value = number(double(least), double(most));
    require(value == std::floor(value), "expected " + name_ + " to be a whole number");
    return std::int64_t(value);
  }

  std::uint32_t length() const {
    bool isArray = false;
    std::uint32_t length = 0;
    require(napi_is_array(env_, value_, &isArray) == napi_ok && isArray, "expected " + name_ + " to be an array");
    check(napi_get_array_length(env_, value_, &length), "an array");
    return length;
  }

  NodeValue element(std::uint32_t index) const {
    napi_value value;
    check(napi_get_element(env_, value_, index, &value), "a readable element");
    return {env_, value, name_ + "[" + std::to_string(index) + "]"};
  }

  Elements<float> floats(std::int64_t size) const { return elements<float>(napi_float32_array, "Float32Array", size); }
  Elements<double> doubles(std::int64_t size) const {
    return elements<double>(napi_float64_array, "Float64Array", size);
  }
  Elements<std::int32_t> integers(std::int64_t size) const {
    return elements<std::int32_t>(napi_int32_array, "Int32Array", size);
  }
  Elements<std::uint32_t> words(std::int64_t size) const {
    return elements<std::uint32_t>(napi_uint32_array, "Uint32Array", size);
  }
  /** Of any size but none. */
  Elements<std::int32_t> integers() const { return elements<std::int32_t>(napi_int32_array, "Int32Array", -1); }

 private:
  napi_env env_;
  napi_value value_;
  std::string name_;

  static std::string text(double value) {
    std::string digits = std::to_string(value);
    return value == std::floor(value) && std::abs(value) < 1e15 ? std::to_string(std::int64_t(value)) : digits;
  }

  template <class Element>
  Elements<Element> elements(napi_typedarray_type wanted, const char* kind, std::int64_t size) const {
    bool isTyped = false;
    napi_typedarray_type type = napi_int8_array;
    void* data = nullptr;
    std::size_t found = 0;
    if (napi_is_typedarray(env_, value_, &isTyped) == napi_ok && isTyped)
      check(napi_get_typedarray_info(env_, value_, &type, &found, &data, nullptr, nullptr), "a typed array");
    const bool fits = size < 0 ? found > 0 : std::int64_t(found) == size;
    require(isTyped && type == wanted && fits,
            "expected " + name_ + " to be a " + kind + " of " + (size < 0 ? "1 or more" : std::to_string(size)) +
                " elements");
    return {static_cast<Element*>(data), found};
  }
};

}  // namespace unroll
