// Makes an op and its kernel known to TensorFlow, through its C API.
#pragma once
#include <initializer_list>
#include <new>

#include "ops/op-call.h"

namespace unroll {

/** Specifications as TensorFlow writes them: "kernel: float"; an attribute T may stand for a type. */
struct OpDefinition {
  const char* name;
  std::initializer_list<const char*> inputs, outputs, attributes;
};

void failCall(TF_OpKernelContext* context, TF_Code code, const char* message);
void registerOp(const OpDefinition& definition, void (*compute)(void*, TF_OpKernelContext*));

/** What TensorFlow calls: no exception may leave it. */
template <void (*compute)(OpCall&)>
void computeOp(void*, TF_OpKernelContext* context) {
  try {
    OpCall call(context);
    compute(call);
  } catch (const InvalidCall& error) {
    failCall(context, TF_INVALID_ARGUMENT, error.what());
  } catch (const std::bad_alloc&) {
    failCall(context, TF_RESOURCE_EXHAUSTED, "there is not enough memory for this call");
  } catch (const std::exception& error) {
    failCall(context, TF_INTERNAL, error.what());
  }
}

template <void (*compute)(OpCall&)>
void registerOp(const OpDefinition& definition) {
  registerOp(definition, computeOp<compute>);
}

}  // namespace unroll
