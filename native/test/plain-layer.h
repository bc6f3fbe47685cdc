// The recurrent layers and their gradients again, in doubles and plain loops: what the kernels are held equal to.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/recurrent/shapes.h"

namespace unroll::plain {

using Numbers = std::vector<double>;

struct Layer {
  RecurrentShape shape;
  Numbers inputs;  // [batch, time, input]; token ids as one-hot rows
  Numbers kernel, recurrentKernel, bias, initialHidden, initialCell;
  Numbers outputs, finalHidden, finalCell;
  Numbers outputsGradient, finalHiddenGradient, finalCellGradient;
  Numbers inputGradient, kernelGradient, recurrentKernelGradient, biasGradient, initialHiddenGradient,
      initialCellGradient;
  /** What becomes of states and dgates before they are multiplied; inputs and weights are given as they are multiplied. */
  double (*round)(double) = [](double number) { return number; };

  void run() {
    const auto& [cell, batch, time, input, units] = shape;
    const Index columns = shape.gateColumns();
    outputs.assign(batch * time * units, 0);
    finalHidden.assign(batch * units, 0);
    finalCell = finalHidden;
    inputGradient.assign(inputs.size(), 0);
    kernelGradient.assign(input * columns, 0);
    recurrentKernelGradient.assign(units * columns, 0);
    biasGradient.assign(bias.size(), 0);
    initialHiddenGradient.assign(batch * units, 0);
    initialCellGradient = initialHiddenGradient;
    for (Index row = 0; row < batch; row++) runRow(row);
  }

 private:
  struct Step {
    Numbers before, cellBefore, x, fromInput, fromState, gates, cell, hidden, reset;
  };

  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

  void runRow(Index row) {
    const Index units = shape.units, time = shape.time;
    std::vector<Step> steps(time);
    Numbers hidden(&initialHidden[row * units], &initialHidden[row * units] + units), cell(units, 0);
    if (shape.cell == Cell::lstm) cell.assign(&initialCell[row * units], &initialCell[row * units] + units);
    for (Index t = 0; t < time; t++) {
      forward(steps[t], hidden, cell, &inputs[(row * time + t) * shape.input]);
      for (Index u = 0; u < units; u++) outputs[(row * time + t) * units + u] = hidden[u];
    }
    for (Index u = 0; u < units; u++) finalHidden[row * units + u] = hidden[u], finalCell[row * units + u] = cell[u];
    Numbers dh(&finalHiddenGradient[row * units], &finalHiddenGradient[row * units] + units);
    Numbers dc(&finalCellGradient[row * units], &finalCellGradient[row * units] + units);
    for (Index t = time - 1; t >= 0; t--) {
      for (Index u = 0; u < units; u++) dh[u] += outputsGradient[(row * time + t) * units + u];
      backward(steps[t], dh, dc, &inputGradient[(row * time + t) * shape.input]);
    }
    for (Index u = 0; u < units; u++)
      initialHiddenGradient[row * units + u] = dh[u], initialCellGradient[row * units + u] = dc[u];
  }

  /** bias + x kernel, for one gate column. */
  Numbers product(const Numbers& x, const Numbers& weights, const double* start) const {
    const Index columns = shape.gateColumns();
    Numbers sums(columns, 0);
    for (Index c = 0; c < columns; c++) {
      if (start) sums[c] = start[c];
      for (std::size_t k = 0; k < x.size(); k++) sums[c] += x[k] * weights[k * columns + c];
    }
    return sums;
  }
  Numbers rounded(Numbers numbers) const {
    for (double& number : numbers) number = round(number);
    return numbers;
  }

  void forward(Step& s, Numbers& hidden, Numbers& cell, const double* x) {
    const Index units = shape.units;
    s.before = hidden;
    s.cellBefore = cell;
    s.x.assign(x, x + shape.input);
    s.fromInput = product(s.x, kernel, bias.data());
    s.fromState =
        product(rounded(hidden), recurrentKernel, shape.cell == Cell::gruResetAfter ? &bias[shape.gateColumns()] : nullptr);
    s.gates.assign(shape.gateColumns(), 0);
    for (Index c = 0; c < shape.gateColumns(); c++) s.gates[c] = s.fromInput[c] + s.fromState[c];
    auto gate = [&](Index g, Index u) -> double& { return s.gates[g * units + u]; };
    if (isGru(shape.cell)) {
      s.reset.resize(units);
      for (Index u = 0; u < units; u++) gate(0, u) = sigmoid(gate(0, u)), gate(1, u) = sigmoid(gate(1, u));
      for (Index u = 0; u < units; u++) s.reset[u] = gate(1, u) * hidden[u];
      const Numbers again = product(rounded(s.reset), recurrentKernel, nullptr);
      for (Index u = 0; u < units; u++) {
        const Index c = 2 * units + u;
        gate(2, u) =
            std::tanh(s.fromInput[c] + (shape.cell == Cell::gruResetAfter ? gate(1, u) * s.fromState[c] : again[c]));
        hidden[u] = gate(0, u) * s.before[u] + (1 - gate(0, u)) * gate(2, u);
      }
    } else if (shape.cell == Cell::lstm) {
      for (Index u = 0; u < units; u++) {
        gate(0, u) = sigmoid(gate(0, u)), gate(1, u) = sigmoid(gate(1, u)), gate(2, u) = std::tanh(gate(2, u)),
                gate(3, u) = sigmoid(gate(3, u));
        cell[u] = gate(1, u) * cell[u] + gate(0, u) * gate(2, u);
        hidden[u] = gate(3, u) * std::tanh(cell[u]);
      }
    } else {
      for (Index u = 0; u < units; u++) hidden[u] = gate(0, u) = std::tanh(gate(0, u));
    }
    s.cell = cell;
    s.hidden = hidden;
  }

  void backward(const Step& s, Numbers& dh, Numbers& dc, double* dx) {
    const Index units = shape.units, columns = shape.gateColumns();
    Numbers fromInput(columns, 0), fromState, direct(units, 0);
    auto gate = [&](Index g, Index u) { return s.gates[g * units + u]; };
    auto slope = [](double a) { return a * (1 - a); };
    for (Index u = 0; u < units; u++) {
      if (shape.cell == Cell::simpleRnn) fromInput[u] = dh[u] * (1 - s.hidden[u] * s.hidden[u]);
      if (shape.cell == Cell::lstm) {
        const double tanhC = std::tanh(s.cell[u]), d = dc[u] + dh[u] * gate(3, u) * (1 - tanhC * tanhC);
        fromInput[u] = d * gate(2, u) * slope(gate(0, u));
        fromInput[units + u] = d * s.cellBefore[u] * slope(gate(1, u));
        fromInput[2 * units + u] = d * gate(0, u) * (1 - gate(2, u) * gate(2, u));
        fromInput[3 * units + u] = dh[u] * tanhC * slope(gate(3, u));
        dc[u] = d * gate(1, u);
      }
      if (isGru(shape.cell)) {
        fromInput[u] = dh[u] * (s.before[u] - gate(2, u)) * slope(gate(0, u));
        fromInput[2 * units + u] = dh[u] * (1 - gate(0, u)) * (1 - gate(2, u) * gate(2, u));
        direct[u] = dh[u] * gate(0, u);
      }
    }
    fromState = fromInput;
    Numbers x = s.before;
    if (shape.cell == Cell::gruResetAfter)
      for (Index u = 0; u < units; u++) {
        const Index c = 2 * units + u;
        fromInput[units + u] = fromState[units + u] = fromInput[c] * s.fromState[c] * slope(gate(1, u));
        fromState[c] = fromInput[c] * gate(1, u);
      }
    if (shape.cell == Cell::gruResetBefore) {
      for (Index u = 0; u < units; u++) {
        double dReset = 0;
        for (Index k = 0; k < units; k++) {
          const double sent = round(fromInput[2 * units + k]);
          dReset += sent * recurrentKernel[u * columns + 2 * units + k];
          recurrentKernelGradient[u * columns + 2 * units + k] += round(s.reset[u]) * sent;
        }
        fromInput[units + u] = fromState[units + u] = dReset * s.before[u] * slope(gate(1, u));
        direct[u] += dReset * gate(1, u);
      }
      for (Index u = 0; u < units; u++) fromState[2 * units + u] = 0;
    }
    fromInput = rounded(fromInput), fromState = rounded(fromState);
    const Numbers before = rounded(s.before);
    for (Index c = 0; c < columns; c++) {
      biasGradient[c] += fromInput[c];
      if (shape.cell == Cell::gruResetAfter) biasGradient[columns + c] += fromState[c];
      for (Index k = 0; k < shape.input; k++)
        kernelGradient[k * columns + c] += s.x[k] * fromInput[c], dx[k] += fromInput[c] * kernel[k * columns + c];
      for (Index k = 0; k < units; k++) {
        recurrentKernelGradient[k * columns + c] += before[k] * fromState[c];
        direct[k] += fromState[c] * recurrentKernel[k * columns + c];
      }
    }
    dh = direct;
  }
};

}  // namespace unroll::plain
