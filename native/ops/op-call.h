// One call of an op: its inputs and outputs, and errors as exceptions that become TensorFlow statuses.
#pragma once
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/recurrent/shapes.h"
#include "ops/tensorflow-library.h"

namespace unroll {

/** A call that breaks the op's rule: reaches TensorFlow as "invalid argument". */
struct InvalidCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/** A dense tensor, and its name in messages. */
class Operand {
 public:
  Operand(const char* name, TF_Tensor* tensor) : name_(name), tensor_(tensor) {}

  const char* name() const { return name_; }
  TF_DataType type() const { return tensorflow().tensorType(tensor_.get()); }
  Index rank() const { return tensorflow().rank(tensor_.get()); }
  Index extent(int axis) const { return tensorflow().extent(tensor_.get(), axis); }
  Index size() const;
  std::vector<Index> shape() const;
  const float* floats() const { return static_cast<const float*>(tensorflow().data(tensor_.get())); }
  const std::int32_t* integers() const { return static_cast<const std::int32_t*>(tensorflow().data(tensor_.get())); }
  float* mutableFloats() const { return static_cast<float*>(tensorflow().data(tensor_.get())); }

  /** Throws unless the tensor is float32 of exactly this shape. */
  const Operand& expect(const std::vector<Index>& shape) const;
  const Operand& expectType(TF_DataType type) const;

 private:
  struct Delete {
    void operator()(TF_Tensor* tensor) const { tensorflow().deleteTensor(tensor); }
  };
  const char* name_;
  std::unique_ptr<TF_Tensor, Delete> tensor_;
};

class OpCall {
 public:
  explicit OpCall(TF_OpKernelContext* context) : context_(context) {}
  int inputs() const { return tensorflow().inputs(context_); }
  Operand input(int index, const char* name) const;
  /** A new float32 output; its memory is not cleared. */
  Operand allocate(int index, const std::vector<Index>& shape) const;

 private:
  TF_OpKernelContext* context_;
};

/** "[2, 3]" */
std::string text(const std::vector<Index>& shape);

}  // namespace unroll
