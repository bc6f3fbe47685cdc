// Holds every processor level's kernels equal to plain loops over a sweep of shapes, and times them.
//   g++ -std=c++20 -O1 -g -fsanitize=address,undefined ... : see test/run.mjs
#include <time.h>

#include <chrono>
#include <string>

#include "test/plain-head.h"
#include "test/processor-levels.h"
#include "test/random-numbers.h"
#include "test/round-to-bf16.h"

using namespace unroll;

namespace {

plain::Numbers doubles(const Floats& values) { return {values.begin(), values.end()}; }

/** One call's arrays; sizes are exact, so that the address sanitizer sees a column too many. */
struct Arrays {
  RecurrentShape shape;
  Floats inputs, kernel, recurrentKernel, bias, initialHidden, initialCell, outputs, finalHidden, finalCell, reserve;
  Floats outputsGradient, finalHiddenGradient, finalCellGradient;
  Floats inputGradient, kernelGradient, recurrentKernelGradient, biasGradient, initialHiddenGradient,
      initialCellGradient;
  std::vector<std::int32_t> tokens;

  Arrays(const RecurrentShape& shape, bool useTokens) : shape(shape) {
    const Index columns = shape.gateColumns(), states = shape.batch * shape.units;
    const float scale = 1.0f / std::sqrt(float(shape.units));
    inputs = randoms(useTokens ? 0 : shape.batch * shape.time * shape.input, 1);
    for (Index i = 0; useTokens && i < shape.batch * shape.time; i++) tokens.push_back(int(generator() % shape.input));
    kernel = randoms(shape.input * columns, useTokens ? 1 : 1 / std::sqrt(float(shape.input)));
    recurrentKernel = randoms(shape.units * columns, scale);
    bias = randoms(columns * (shape.cell == Cell::gruResetAfter ? 2 : 1), 1);
    initialHidden = randoms(states, 1), initialCell = randoms(shape.cell == Cell::lstm ? states : 0, 1);
    outputs = outputsGradient = randoms(shape.batch * shape.time * shape.units, 1);
    finalHidden = finalHiddenGradient = initialHiddenGradient = randoms(states, 1);
    finalCell = finalCellGradient = initialCellGradient = randoms(initialCell.size(), 1);
    inputGradient = inputs, kernelGradient = kernel, recurrentKernelGradient = recurrentKernel, biasGradient = bias;
    reserve = randoms(PanelLayout(shape).reserveSize(), 1e9f);
  }

  template <class Set>
  void forward(const Set& set, ThreadPool& pool) {
    const bool lstm = shape.cell == Cell::lstm;
    set.forward[int(shape.cell)](
        {shape, input(), weights(), initialHidden.data(), lstm ? initialCell.data() : nullptr, batchOutside(outputs.data(), shape.time, shape.units),
         finalHidden.data(), lstm ? finalCell.data() : nullptr, reserve.data()},
        pool);
  }
  template <class Set>
  void gradient(const Set& set, ThreadPool& pool) {
    const bool lstm = shape.cell == Cell::lstm;
    set.gradient[int(shape.cell)](
        {shape, input(), weights(), reserve.data(),
         batchOutside<const float>(outputsGradient.data(), shape.time, shape.units), finalHiddenGradient.data(),
         lstm ? finalCellGradient.data() : nullptr, 
         tokens.empty() ? batchOutside(inputGradient.data(), shape.time, shape.input) : Rows<float>{},
         kernelGradient.data(), recurrentKernelGradient.data(), biasGradient.data(), initialHiddenGradient.data(),
         lstm ? initialCellGradient.data() : nullptr},
        pool);
  }
  plain::Layer plainLayer(bool isBf16) const {
    plain::Layer layer;
    layer.shape = shape;
    layer.inputs = doubles(inputs), layer.initialHidden = doubles(initialHidden),
    layer.initialCell = doubles(initialCell);
    layer.kernel = doubles(kernel), layer.recurrentKernel = doubles(recurrentKernel), layer.bias = doubles(bias);
    if (!tokens.empty()) {
      layer.inputs.assign(tokens.size() * shape.input, 0);
      for (std::size_t i = 0; i < tokens.size(); i++) layer.inputs[i * shape.input + tokens[i]] = 1;
    }
    layer.outputsGradient = doubles(outputsGradient);
    layer.finalHiddenGradient = doubles(finalHiddenGradient);
    layer.finalCellGradient =
        shape.cell == Cell::lstm ? doubles(finalCellGradient) : plain::Numbers(finalHidden.size(), 0);
    if (isBf16) {
      layer.round = toBf16;
      layer.inputs = allToBf16(layer.inputs), layer.recurrentKernel = allToBf16(layer.recurrentKernel);
      if (tokens.empty()) layer.kernel = allToBf16(layer.kernel);  // tokens pick rows: nothing is multiplied
    }
    layer.run();
    return layer;
  }

 private:
  LayerInput input() const {
    if (!tokens.empty()) return {.tokens = tokens.data()};
    return {.numbers = batchOutside(inputs.data(), shape.time, shape.input)};
  }
  LayerWeights weights() const { return {kernel.data(), recurrentKernel.data(), bias.data()}; }
};

/** Largest difference over the size of the largest expected number, at least 1. */
double difference(const Floats& found, const plain::Numbers& expected) {
  double largest = 0, scale = 1;
  for (std::size_t i = 0; i < found.size(); i++) {
    const double d = std::abs(found[i] - expected[i]);
    largest = std::isfinite(d) ? std::max(largest, d) : INFINITY;
    scale = std::max(scale, std::abs(expected[i]));
  }
  return largest / scale;
}

/** In bf16 a state on the edge between two numbers may round to the other: a 256th of it. */
template <class Set>
constexpr double tolerance = std::is_same_v<Set, Bf16Kernels> ? 1e-2 : 1e-5;

template <class Set>
bool compare(const Set& set, ThreadPool& pool, const RecurrentShape& shape, bool tokens) {
  Arrays arrays(shape, tokens);
  arrays.forward(set, pool);
  arrays.gradient(set, pool);
  const plain::Layer expected = arrays.plainLayer(std::is_same_v<Set, Bf16Kernels>);
  double worst = 0;
  const char* where = "";
  auto check = [&](const char* name, const Floats& found, const plain::Numbers& numbers) {
    const double d = difference(found, numbers);
    if (d > worst) worst = d, where = name;
  };
  check("outputs", arrays.outputs, expected.outputs);
  check("finalHidden", arrays.finalHidden, expected.finalHidden);
  check("finalCell", arrays.finalCell, expected.finalCell);
  if (!tokens) check("inputGradient", arrays.inputGradient, expected.inputGradient);
  check("kernelGradient", arrays.kernelGradient, expected.kernelGradient);
  check("recurrentKernelGradient", arrays.recurrentKernelGradient, expected.recurrentKernelGradient);
  check("biasGradient", arrays.biasGradient, expected.biasGradient);
  check("initialHiddenGradient", arrays.initialHiddenGradient, expected.initialHiddenGradient);
  check("initialCellGradient", arrays.initialCellGradient, expected.initialCellGradient);
  if (std::getenv("VERBOSE")) std::printf("%s %g %s\n", set.name, worst, where);
  if (worst <= tolerance<Set>) return true;
  std::printf("%s, cell %d, batch %ld, time %ld, input %ld, units %ld, tokens %d: %s differs by %g\n", set.name,
              int(shape.cell), long(shape.batch), long(shape.time), long(shape.input), long(shape.units), tokens, where,
              worst);
  return false;
}

/** The same bits whatever the number of threads. */
template <class Set>
bool compareThreads(const Set& set, ThreadPool& one, ThreadPool& three, const RecurrentShape& shape,
                    bool tokens) {
  Arrays alone(shape, tokens), together = alone;
  alone.forward(set, one), alone.gradient(set, one);
  together.forward(set, three), together.gradient(set, three);
  const bool same = alone.outputs == together.outputs && alone.finalHidden == together.finalHidden &&
                    alone.inputGradient == together.inputGradient && alone.kernelGradient == together.kernelGradient &&
                    alone.recurrentKernelGradient == together.recurrentKernelGradient &&
                    alone.biasGradient == together.biasGradient &&
                    alone.initialHiddenGradient == together.initialHiddenGradient;
  if (!same) std::printf("%s, cell %d: other numbers with three threads than with one\n", set.name, int(shape.cell));
  return same;
}

/** Work that plain loops do in a moment: large layers come with few rows or steps. */
RecurrentShape randomShape(Cell cell) {
  for (;;) {
    const RecurrentShape shape{cell, randomExtent(67), randomExtent(100), randomExtent(130), randomExtent(515)};
    if (shape.work(false) < 3e7) return shape;
  }
}

/** Softmax head: loss and gradients against plain loops. */
bool compareHead(const KernelSet& set, ThreadPool& pool) {
  const Index rows = randomExtent(300), units = randomExtent(200), classes = randomExtent(150);
  const Floats hidden = randoms(rows * units, 1), kernel = randoms(units * classes, 1), bias = randoms(classes, 1);
  std::vector<std::int32_t> labels;
  for (Index row = 0; row < rows; row++) labels.push_back(int(generator() % classes));
  std::vector<double> losses(rows);
  Floats hiddenGradient(hidden), kernelGradient(kernel), biasGradient(bias);
  set.softmaxHead({rows, units, classes, units, hidden.data(), kernel.data(), bias.data(), labels.data(), losses.data(),
                   hiddenGradient.data(), kernelGradient.data(), biasGradient.data()},
                  pool);
  plain::Head expected{rows, units, classes, doubles(hidden), doubles(kernel), doubles(bias), labels, {}, {}, {}, {}};
  expected.run();
  const double worst = std::max({difference(Floats(losses.begin(), losses.end()), expected.losses),
                                 difference(hiddenGradient, expected.hiddenGradient),
                                 difference(kernelGradient, expected.kernelGradient),
                                 difference(biasGradient, expected.biasGradient)});
  if (worst <= 1e-5) return true;
  std::printf("%s, softmax head, rows %ld, units %ld, classes %ld differs by %g\n", set.name, long(rows), long(units),
              long(classes), worst);
  return false;
}

template <class Set>
void compareLayers(const Set& set, int round, Tally& tally) {
  for (int cell = 0; cell < 4; cell++) {
    const RecurrentShape shape = randomShape(Cell(cell));
    tally.count(compare(set, round % 2 ? threeThreads() : oneThread(), shape, round % 3 == 0));
    tally.count(compareThreads(set, oneThread(), threeThreads(), shape, round % 3 == 0));
  }
}

/** Least of several runs: milliseconds on the clock, and of processor time (which other programs disturb less). */
struct Stopwatch {
  double clock = 1e9, processor = 1e9;

  template <class Work>
  void run(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    const double before = processorTime();
    work();
    processor = std::min(processor, processorTime() - before);
    clock =
        std::min(clock, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  static double processorTime() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
  }
};

template <class Set>
void time(const Set& set, const RecurrentShape& shape, bool tokens, int repetitions) {
  Arrays arrays(shape, tokens);
  Stopwatch forward, gradient;
  for (int i = 0; i < repetitions; i++) {
    forward.run([&] { arrays.forward(set, ThreadPool::shared()); });
    gradient.run([&] { arrays.gradient(set, ThreadPool::shared()); });
  }
  const double flops = 2e-6 * shape.work(tokens);
  std::printf(
      "%-8s%s cell %d units %3ld %s forward %7.3f ms, cpu %7.3f ms = %5.1f GFLOP/s a core; gradient %7.3f ms, cpu %7.3f "
      "ms = %5.1f\n",
      set.name, std::is_same_v<Set, Bf16Kernels> ? " bf16" : "     ", int(shape.cell), long(shape.units), tokens ? "tokens" : "dense ", forward.clock, forward.processor,
      flops / forward.processor, gradient.clock, gradient.processor, 2 * flops / gradient.processor);
}

}  // namespace

int main(int count, char** arguments) {
  const auto sets = processorLevels();
  const auto bf16Sets = bf16Levels();
  if (count > 4 && std::string(arguments[1]) == "time") {
    const Cell cell = Cell(std::atoi(arguments[3]));
    const Index units = std::atoi(arguments[4]);
    const auto timeAll = [&](const auto& all) {
      for (const auto* set : all) {
        if (count > 5 && std::string(arguments[5]) != set->name) continue;
        time(*set, {cell, 50, 50, 65, units}, true, std::atoi(arguments[2]));
        time(*set, {cell, 50, 50, units, units}, false, std::atoi(arguments[2]));
      }
    };
    timeAll(sets), timeAll(bf16Sets);
    return 0;
  }
  return compareRounds(count, arguments, [&](int round, Tally& tally) {
    for (const KernelSet* set : sets) compareLayers(*set, round, tally);
    for (const Bf16Kernels* set : bf16Sets) compareLayers(*set, round, tally);
    for (const KernelSet* set : sets) tally.count(compareHead(*set, round % 2 ? threeThreads() : oneThread()));
  });
}
