// Holds a text network's training step equal to one of plain loops, layer by layer: loss, norms, every gradient, weights,
// moments and carried state, at every processor level and in both precisions. compare-training [rounds]
#include <limits>

#include "test/plain-text-step.h"
#include "test/processor-levels.h"
#include "test/random-numbers.h"

using namespace unroll;
using Tokens = std::vector<std::int32_t>;

namespace {

constexpr int steps = 2;  // the second goes on from the state of the first
/** In bf16 a number on the edge between two may round to the other: a 256th of it, in every layer again. */
double toleranceOf(Precision precision) { return precision == Precision::bf16 ? 3e-2 : 1e-5; }

/** In the order of kernels/training/optimizer-settings.h. */
Floats randomSettings(Optimizer optimizer) {
  const float infinity = std::numeric_limits<float>::infinity(), momentum = pick({0, 1}) ? 0.9f : 0.0f;
  Floats settings = {pick({0, 1}) ? infinity : 0.05f, pick({0, 1}) ? infinity : 0.003f};
  const Floats numbers = optimizer == Optimizer::sgd       ? Floats{0.1f, momentum, float(pick({0, 1}))}
                         : optimizer == Optimizer::rmsprop ? Floats{0.01f, 0.9f, 0.1f, 1e-7f, momentum, float(pick({0, 1}))}
                                                           : Floats{0.02f, 0.9f, 0.1f, 0.99f, 0.01f, 1e-7f, 1.5f,
                                                                    pick({0, 1}) ? 1.0f : 0.98f};
  settings.insert(settings.end(), numbers.begin(), numbers.end());
  return settings;
}

int momentsOf(Optimizer optimizer, const Floats& settings) {
  OptimizerCall call{};
  call.optimizer = optimizer;
  readSettings(call, settings.data());
  return call.momentCount;
}

TrainerShape randomShape(Cell cell, Precision precision) {
  for (;;) {
    const TrainerShape shape{.cell = cell,
                             .units = randomExtent(140),
                             .layers = pick({1, 2, 3}),
                             .vocabulary = randomExtent(70),
                             .embedding = pick({0, 0, 1, 7, 24}),
                             .batch = randomExtent(40),
                             .time = randomExtent(40),
                             .optimizer = Optimizer(pick({0, 1, 2})),
                             .moments = 0,
                             .precision = precision};
    const RecurrentShape layer{cell, shape.batch, shape.time, shape.units, shape.units};
    if (layer.work(false) * double(shape.layers) < 8e6) return shape;
  }
}

/** A text of exactly the length that the steps read, and all else that they are called with. */
struct Run {
  TrainerShape shape;
  Floats settings = randomSettings(shape.optimizer), start;
  Index rowLength = steps * shape.time + pick({0, 0, 3}), before = pick({0, 2});
  Tokens text;
  bool drops = pick({0, 1}) == 1;
  std::vector<DropoutDraw> draws;

  explicit Run(const TrainerShape& given) : shape(given) {
    shape.moments = momentsOf(shape.optimizer, settings);
    const Index length = before + (shape.batch - 1) * rowLength + steps * shape.time + 1;
    for (Index i = 0; i < length; i++) text.push_back(std::int32_t(generator() % std::uint32_t(shape.vocabulary)));
    for (Index i = 0; drops && i < shape.layers; i++)
      draws.push_back({std::uint32_t(generator()), std::uint32_t(generator()), 1u << 30});
  }

  TextStep step(int index, Floats& result) const {
    return {.text = text,
            .first = before + index * shape.time,
            .rowLength = rowLength,
            .fromZero = index == 0 && before > 0,
            .settings = settings.data(),
            .draws = draws,
            .kept = 4.0f / 3,
            .result = result.data()};
  }

  std::vector<Floats> masks() const {
    std::vector<Floats> masks;
    for (const auto& [firstKey, secondKey, threshold] : draws) {
      masks.emplace_back(std::size_t(shape.batch * shape.time * shape.units));
      portableKernels.dropoutMask(
          {firstKey, secondKey, threshold, 4.0f / 3, Index(masks.back().size()), masks.back().data()}, oneThread());
    }
    return masks;
  }
};

/**
 * Random weights and states. The moments that are means begin at zero, so that what they hold after the first step is the
 * gradient; those of squares do not, for the step's size is the gradient's over their root.
 */
void fill(TextTrainer& trainer) {
  const TrainerShape& shape = trainer.shape;
  trainer.weights = randoms(Index(trainer.weights.size()), 1 / std::sqrt(float(shape.units)));
  trainer.states = randoms(Index(trainer.states.size()), 1);
  const std::size_t size = trainer.weights.size();
  const std::size_t squares = shape.optimizer == Optimizer::adam ? 1 : 0;
  if (shape.optimizer != Optimizer::sgd)
    std::fill_n(trainer.moments.begin() + std::ptrdiff_t(squares * size), size, 0.25f);
}

/** The largest difference over the size of the largest expected number, at least `least`. */
double difference(const float* found, const double* expected, Index size, double least) {
  double largest = 0, scale = least;
  for (Index i = 0; i < size; i++) {
    const double d = std::abs(found[i] - expected[i]);
    largest = std::isfinite(d) ? std::max(largest, d) : std::numeric_limits<double>::infinity();
    scale = std::max(scale, std::abs(expected[i]));
  }
  return largest / scale;
}

double largestOf(const plain::Numbers& numbers) {
  double largest = 1e-4;  // a vocabulary of one has no gradient but rounding
  for (double each : numbers) largest = std::max(largest, std::abs(each));
  return largest;
}

struct Worst {
  double value = 0;
  const char* where = "";
  void take(const char* name, double found) {
    if (found > value) value = found, where = name;
  }
};

/** A parameter at a time; a gradient counts as small where it is a hundredth of the largest. */
Worst compareAll(const TextTrainer& trainer, const plain::TextTraining& expected, const Floats& result) {
  Worst worst;
  worst.take("loss or norms", difference(result.data(), expected.result.data(), Index(result.size()), 1e-4));
  worst.take("states", difference(trainer.states.data(), expected.states.data(), Index(expected.states.size()), 1));
  Index offset = 0;
  const Index size = Index(expected.weights.size());
  for (Index each : expected.sizes) {
    worst.take("weights", difference(&trainer.weights[offset], &expected.weights[offset], each, 1));
    for (int moment = 0; moment < trainer.shape.moments; moment++) {
      const plain::Numbers all(&expected.moments[moment * size], &expected.moments[moment * size] + size);
      worst.take("moments", difference(&trainer.moments[moment * size + offset],
                                       &expected.moments[moment * size + offset], each, largestOf(all) / 100));
    }
    offset += each;
  }
  return worst;
}

bool compareSteps(const TrainerKernels& set, ThreadPool& pool, const Run& run) {
  const TrainerShape& shape = run.shape;
  TextTrainer trainer(shape, set);
  fill(trainer);
  plain::TextTraining expected(trainer);
  Floats result(std::size_t(2 + trainer.parameters()));
  for (int index = 0; index < steps; index++) {
    if (!trainer.step(run.step(index, result), pool)) return std::printf("a step is refused\n"), false;
    expected.step(run.step(index, result), run.masks());
    const Worst worst = compareAll(trainer, expected, result);
    if (std::getenv("VERBOSE")) std::printf("%s %g %s\n", set.single.name, worst.value, worst.where);
    if (worst.value <= toleranceOf(shape.precision)) continue;
    std::printf("%s, cell %d, units %ld, layers %ld, vocabulary %ld, embedding %ld, batch %ld, time %ld, optimizer %d, "
                "dropout %d, bf16 %d, step %d: %s differ by %g\n",
                set.single.name, int(shape.cell), long(shape.units), long(shape.layers), long(shape.vocabulary),
                long(shape.embedding), long(shape.batch), long(shape.time), int(shape.optimizer), run.drops,
                shape.precision == Precision::bf16, index + 1, worst.where, worst.value);
    return false;
  }
  return true;
}

/** The same bits whatever the number of threads; and nothing is touched where a character is none. */
bool compareThreads(const TrainerKernels& set, Run run) {
  TextTrainer alone(run.shape, set), together(run.shape, set);
  fill(alone);
  together.weights = alone.weights, together.moments = alone.moments, together.states = alone.states;
  Floats one(std::size_t(2 + alone.parameters())), other = one;
  const auto same = [&] {
    return alone.weights == together.weights && alone.moments == together.moments && alone.states == together.states &&
           one == other;
  };
  for (int index = 0; index < steps; index++) {
    alone.step(run.step(index, one), oneThread()), together.step(run.step(index, other), threeThreads());
    if (!same()) return std::printf("%s: other numbers with three threads than with one\n", set.single.name), false;
  }
  run.text.back() = std::int32_t(pick({-1, int(run.shape.vocabulary)}));
  if (together.step(run.step(steps - 1, other), threeThreads()) || !same())
    return std::printf("%s: a character that is none changes something\n", set.single.name), false;
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  return compareRounds(count, arguments, [](int round, Tally& tally) {
    const auto compare = [&](const TrainerKernels& set, Precision precision) {
      for (int cell = 0; cell < 4; cell++) {
        const Run run(randomShape(Cell(cell), precision));
        tally.count(compareSteps(set, round % 2 ? threeThreads() : oneThread(), run));
        tally.count(compareThreads(set, run));
      }
    };
    for (const KernelSet* set : processorLevels()) compare({.single = *set}, Precision::fp32);
    for (const Bf16Kernels* set : bf16Levels()) compare({.bf16 = *set}, Precision::bf16);
  });
}
