// What the head of a forecaster is called with.
#pragma once
#include "kernels/recurrent/shapes.h"

namespace unroll {

/** Columns are padded with zeros to a multiple of 16. */
struct DenseWeights {
  const float* kernel;  // [inputs, columns]
  const float* bias;    // [columns]
  Index columns;
};

struct ForecastHeadCall {
  Index rows, units, features;
  const float* state;        // [rows, units]
  const float* featureRows;  // [rows, features]
  DenseWeights hidden;       // of units + features inputs
  DenseWeights output;       // of hidden.columns inputs
  float* corrections;        // [rows, output.columns]
};

}  // namespace unroll
