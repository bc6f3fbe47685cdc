#include "ops/register-op.h"

#include "tensorflow/c/ops.h"

namespace unroll {
namespace {

void check(TF_Status* status, const char* name) {
  const std::string message = TF_GetCode(status) == TF_OK ? "" : TF_Message(status);
  TF_DeleteStatus(status);
  if (!message.empty()) throw std::runtime_error("TensorFlow refused the op " + std::string(name) + ": " + message);
}

}  // namespace

void failCall(TF_OpKernelContext* context, TF_Code code, const char* message) {
  TF_Status* status = TF_NewStatus();
  TF_SetStatus(status, code, message);
  TF_OpKernelContext_Failure(context, status);
  TF_DeleteStatus(status);
}

void registerOp(const OpDefinition& definition, void (*compute)(void*, TF_OpKernelContext*)) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* attribute : definition.attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (const char* input : definition.inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  check(status, definition.name);

  TF_KernelBuilder* kernel = TF_NewKernelBuilder(definition.name, "CPU", nullptr, compute, nullptr);
  status = TF_NewStatus();
  TF_RegisterKernelBuilder(definition.name, kernel, status);
  check(status, definition.name);
}

}  // namespace unroll
