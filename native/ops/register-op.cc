#include "ops/register-op.h"

namespace unroll {
namespace {

void check(TF_Status* status, const char* name) {
  const std::string message = tensorflow().code(status) == TF_OK ? "" : tensorflow().message(status);
  tensorflow().deleteStatus(status);
  if (!message.empty()) throw std::runtime_error("TensorFlow refused the op " + std::string(name) + ": " + message);
}

}  // namespace

void failCall(TF_OpKernelContext* context, TF_Code code, const char* message) {
  TF_Status* status = tensorflow().newStatus();
  tensorflow().setStatus(status, code, message);
  tensorflow().fail(context, status);
  tensorflow().deleteStatus(status);
}

void registerOp(const OpDefinition& definition, void (*compute)(void*, TF_OpKernelContext*)) {
  TF_OpDefinitionBuilder* op = tensorflow().newOp(definition.name);
  for (const char* attribute : definition.attributes) tensorflow().addAttribute(op, attribute);
  for (const char* input : definition.inputs) tensorflow().addInput(op, input);
  for (const char* output : definition.outputs) tensorflow().addOutput(op, output);
  TF_Status* status = tensorflow().newStatus();
  tensorflow().registerOp(op, status);
  check(status, definition.name);

  TF_KernelBuilder* kernel = tensorflow().newKernel(definition.name, "CPU", nullptr, compute, nullptr);
  status = tensorflow().newStatus();
  tensorflow().registerKernel(definition.name, kernel, status);
  check(status, definition.name);
}

}  // namespace unroll
