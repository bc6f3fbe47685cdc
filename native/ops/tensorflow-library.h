// The functions of TensorFlow's C API that the ops use. Found when the addon loads rather than linked, for one reason:
// the library writes to the terminal while it is being loaded, and only who loads it by hand can keep that away from
// users.
#pragma once
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

namespace unroll {

struct TensorFlowLibrary {
  decltype(&TF_NewStatus) newStatus;
  decltype(&TF_DeleteStatus) deleteStatus;
  decltype(&TF_SetStatus) setStatus;
  decltype(&TF_GetCode) code;
  decltype(&TF_Message) message;

  decltype(&TF_TensorType) tensorType;
  decltype(&TF_NumDims) rank;
  decltype(&TF_Dim) extent;
  decltype(&TF_TensorData) data;
  decltype(&TF_DeleteTensor) deleteTensor;

  decltype(&TF_NumInputs) inputs;
  decltype(&TF_GetInput) input;
  decltype(&TF_AllocateOutput) allocateOutput;
  decltype(&TF_OpKernelContext_Failure) fail;

  decltype(&TF_NewOpDefinitionBuilder) newOp;
  decltype(&TF_OpDefinitionBuilderAddAttr) addAttribute;
  decltype(&TF_OpDefinitionBuilderAddInput) addInput;
  decltype(&TF_OpDefinitionBuilderAddOutput) addOutput;
  decltype(&TF_RegisterOpDefinition) registerOp;
  decltype(&TF_NewKernelBuilder) newKernel;
  decltype(&TF_RegisterKernelBuilder) registerKernel;
};

/** Loads the library at the first call, without a word on the terminal; throws where it cannot be loaded. */
const TensorFlowLibrary& tensorflow();

}  // namespace unroll
