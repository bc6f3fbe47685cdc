#include "ops/tensorflow-library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace unroll {
namespace {

#if defined(__APPLE__)
constexpr const char* fileName = "@rpath/libtensorflow_framework.2.dylib";
#else
constexpr const char* fileName = "libtensorflow_framework.so.2";
#endif

/** Sends standard error to nowhere while it lives. */
class SilentStandardError {
 public:
  SilentStandardError() : kept_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    std::fflush(stderr);
    if (kept_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  ~SilentStandardError() {
    std::fflush(stderr);
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  const int kept_;
};

/** The addon's run path says where the library lies. Local: its exports include much that is not TensorFlow's. */
void* open() {
  const SilentStandardError silent;
  void* library = dlopen(fileName, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  return library;
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function) throw std::runtime_error(std::string("TensorFlow's library has no ") + name);
}

/** absl::SetMinLogLevel(kError) as the library of TensorFlow 2.21 exports it; others may go on writing their log. */
void quietLog(void* library) {
  constexpr int error = 2;
  const auto set = reinterpret_cast<void (*)(int)>(
      dlsym(library, "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE"));
  if (set) set(error);
}

TensorFlowLibrary load() {
  void* library = open();
  quietLog(library);
  TensorFlowLibrary api;
  find(library, "TF_NewStatus", api.newStatus);
  find(library, "TF_DeleteStatus", api.deleteStatus);
  find(library, "TF_SetStatus", api.setStatus);
  find(library, "TF_GetCode", api.code);
  find(library, "TF_Message", api.message);
  find(library, "TF_TensorType", api.tensorType);
  find(library, "TF_NumDims", api.rank);
  find(library, "TF_Dim", api.extent);
  find(library, "TF_TensorData", api.data);
  find(library, "TF_DeleteTensor", api.deleteTensor);
  find(library, "TF_NumInputs", api.inputs);
  find(library, "TF_GetInput", api.input);
  find(library, "TF_AllocateOutput", api.allocateOutput);
  find(library, "TF_OpKernelContext_Failure", api.fail);
  find(library, "TF_NewOpDefinitionBuilder", api.newOp);
  find(library, "TF_OpDefinitionBuilderAddAttr", api.addAttribute);
  find(library, "TF_OpDefinitionBuilderAddInput", api.addInput);
  find(library, "TF_OpDefinitionBuilderAddOutput", api.addOutput);
  find(library, "TF_RegisterOpDefinition", api.registerOp);
  find(library, "TF_NewKernelBuilder", api.newKernel);
  find(library, "TF_RegisterKernelBuilder", api.registerKernel);
  return api;
}

}  // namespace

const TensorFlowLibrary& tensorflow() {
  static const TensorFlowLibrary library = load();
  return library;
}

}  // namespace unroll
