#include "ops/op-call.h"

#include <new>

namespace unroll {
namespace {

struct DeleteStatus {
  void operator()(TF_Status* status) const { tensorflow().deleteStatus(status); }
};
using Status = std::unique_ptr<TF_Status, DeleteStatus>;

const char* typeName(TF_DataType type) {
  return type == TF_FLOAT ? "float32" : type == TF_INT32 ? "int32" : "another type";
}

}  // namespace

std::string text(const std::vector<Index>& shape) {
  std::string result = "[";
  for (std::size_t i = 0; i < shape.size(); i++) result += (i ? ", " : "") + std::to_string(shape[i]);
  return result + "]";
}

Index Operand::size() const {
  Index size = 1;
  for (int axis = 0; axis < rank(); axis++) size *= extent(axis);
  return size;
}

std::vector<Index> Operand::shape() const {
  std::vector<Index> shape;
  for (int axis = 0; axis < rank(); axis++) shape.push_back(extent(axis));
  return shape;
}

const Operand& Operand::expect(const std::vector<Index>& expected) const {
  expectType(TF_FLOAT);
  if (shape() != expected)
    throw InvalidCall(std::string("expected ") + name_ + " " + text(expected) + ", got " + text(shape()));
  return *this;
}

const Operand& Operand::expectType(TF_DataType expected) const {
  if (type() != expected)
    throw InvalidCall(std::string("expected ") + name_ + " of type " + typeName(expected) + ", got " +
                      typeName(type()));
  return *this;
}

Operand OpCall::input(int index, const char* name) const {
  const Status status(tensorflow().newStatus());
  TF_Tensor* tensor = nullptr;
  tensorflow().input(context_, index, &tensor, status.get());
  if (tensorflow().code(status.get()) != TF_OK) throw std::runtime_error(tensorflow().message(status.get()));
  return Operand(name, tensor);
}

Operand OpCall::allocate(int index, const std::vector<Index>& shape) const {
  Index size = sizeof(float);
  for (Index extent : shape)
    if (__builtin_mul_overflow(size, extent, &size)) throw std::bad_alloc();
  const Status status(tensorflow().newStatus());
  TF_Tensor* tensor = tensorflow().allocateOutput(context_, index, TF_FLOAT, shape.data(), int(shape.size()),
                                                  std::size_t(size), status.get());
  if (tensorflow().code(status.get()) != TF_OK || !tensor) throw std::bad_alloc();
  return Operand("output", tensor);
}

}  // namespace unroll
