// The steps of a call. Each thread owns some of the streams for all steps, so nothing waits inside a call. While it runs,
// their states lie side by side: two copies of the hidden state, since every panel of a step reads all of the one before.
//
//   hidden   [layers, 2, rows, paddedUnits]
//   second   [layers, rows, paddedUnits]      lstm the cell state; gru with reset before: r * h
//   gates    [panels, rows, 64]
//   inputs   [rows, paddedEmbedding]
//   logits   [rows, columns of the head]
#pragma once
#include <atomic>
#include <new>

#include "generate/products.h"
#include "generate/text-stream.h"
#include "kernels/recurrent/cells.h"
#include "kernels/recurrent/pack.h"
#include "kernels/scratch.h"

namespace unroll {
namespace {  // see vector.h

template <class P, template <class> class CellOf, Precision precision>
class Advance {
  using Cell = CellOf<P>;
  using Element = typename PanelWeights<P, precision>::Element;

 public:
  /** Streams [first, last) of the call. */
  Advance(const AdvanceCall& call, Index first, Index last)
      : call(call), network(call.network), first(first), rows(last - first), units(network.paddedUnits()) {}

  void run() {
    allocate();
    copyStates([](float* here, float* streams, std::size_t bytes) { std::memcpy(here, streams, bytes); });
    for (Index step = 0; step < call.steps && anyGoesOn(); step++) {
      for (std::size_t layer = 0; layer < network.layers.size(); layer++) runLayer(layer);
      now = 1 - now;
      drawTokens();
    }
    copyStates([](float* here, float* streams, std::size_t bytes) { std::memcpy(streams, here, bytes); });
  }

 private:
  const AdvanceCall& call;
  const TextNetwork& network;
  const Index first, rows, units;
  float *hiddens, *seconds, *gates, *inputs, *logits;
  Index now = 0;  // which of the two hidden states is the last step's

  TextStream& stream(Index row) const { return *call.streams[first + row]; }
  float* hidden(std::size_t layer, Index which) const { return hiddens + (Index(layer) * 2 + which) * rows * units; }
  float* second(std::size_t layer) const { return seconds + Index(layer) * rows * units; }
  float* gatesOf(Index panel) const { return gates + panel * rows * panelColumns; }
  Index headColumns() const { return roundUp(network.shape.vocabulary, slotColumns); }

  void allocate() {
    static thread_local Scratch hiddenScratch, secondScratch, gateScratch, inputScratch, logitScratch;
    const Index states = network.shape.layers * rows * units;
    hiddens = hiddenScratch.atLeast(2 * states);
    seconds = secondScratch.atLeast(states);
    gates = gateScratch.atLeast(network.layers[0].layout.panels * rows * panelColumns);
    inputs = inputScratch.atLeast(rows * network.paddedEmbedding());
    logits = logitScratch.atLeast(rows * headColumns());
  }

  template <class Copy>
  void copyStates(const Copy& copy) {
    const std::size_t bytes = std::size_t(units) * sizeof(float);
    for (Index row = 0; row < rows; row++) {
      float* state = stream(row).state.data();
      for (std::size_t layer = 0; layer < network.layers.size(); layer++, state += network.states() * units) {
        copy(hidden(layer, now) + row * units, state, bytes);
        if (network.states() == 2) copy(second(layer) + row * units, state + units, bytes);
      }
    }
  }

  bool anyGoesOn() const {
    for (Index row = 0; row < rows; row++)
      if (!stream(row).ended()) return true;
    return false;
  }

  void runLayer(std::size_t index) {
    const PackedLayer& layer = network.layers[index];
    const PanelLayout& layout = layer.layout;
    const float* before = index > 0 ? hidden(index - 1, 1 - now) : gatherEmbeddings();
    const RowOperand input{before, index > 0 ? units : network.paddedEmbedding(), layout.shape.input};
    for (Index panel = 0; panel < layout.panels; panel++) {
      startGates(layer, panel);
      if (!layer.table) product(layer, layout.inputWindow(), layer.input, input, panel);
      product(layer, layout.hiddenWindow(), layer.hidden, {hidden(index, now), units, layout.shape.units}, panel);
      Cell::forward(at(index, panel));
    }
    if constexpr (Cell::twoProducts)
      for (Index panel = 0; panel < layout.panels; panel++) {
        product(layer, layout.resetWindow(), layer.reset, {second(index), units, layout.shape.units}, panel);
        Cell::finishForward(at(index, panel));
      }
  }

  const float* gatherEmbeddings() {
    for (Index row = 0; network.embedding && row < rows; row++)
      std::memcpy(inputs + row * network.paddedEmbedding(),
                  network.embedding + stream(row).input() * network.paddedEmbedding(),
                  sizeof(float) * std::size_t(network.paddedEmbedding()));
    return inputs;
  }

  /** Each row's gates begin with the bias, or with the kernel's row of its token. */
  void startGates(const PackedLayer& layer, Index panel) {
    const Index columns = layer.layout.panels * panelColumns;
    for (Index row = 0; row < rows; row++) {
      const float* start = layer.table ? layer.table + stream(row).input() * columns : layer.bias;
      std::memcpy(gatesOf(panel) + row * panelColumns, start + panel * panelColumns, sizeof(float) * panelColumns);
    }
  }

  void product(const PackedLayer& layer, Window window, PackedMatrix weights, const RowOperand& from, Index panel) {
    const Index columns = layer.layout.columnsIn(panel, window);
    const Index depth = divideUp(weights.depth, PanelWeights<P, precision>::depthStep);
    multiplyPanel<P, precision>(
        rows, from, static_cast<const Element*>(weights.data) + packedPanel(window, depth, panel), columns,
        Matrix{gatesOf(panel) + window.firstColumn(), panelColumns});
  }

  ForwardRows at(std::size_t index, Index panel) const {
    const PanelLayout& layout = network.layers[index].layout;
    const Index unit = panel * layout.unitsPerPanel;
    return {.rows = int(rows),
            .slots = int(layout.slotsIn(panel, layout.hiddenWindow())),
            .stride = units,
            .gates = gatesOf(panel),
            .hiddenBefore = hidden(index, now) + unit,
            .hidden = hidden(index, 1 - now) + unit,
            .cellBefore = second(index) + unit,
            .second = second(index) + unit};
  }

  void drawTokens() {
    bool draws = false;
    for (Index row = 0; row < rows; row++) draws = draws || stream(row).drawsNext();
    if (draws) runHead();
    for (Index row = 0; row < rows; row++) {
      TextStream& each = stream(row);
      const bool drawing = each.drawsNext();
      if (each.readsPrompt()) each.read++;
      if (drawing) draw(each, first + row, logits + row * headColumns());
    }
  }

  void runHead() {
    const PanelLayout& layout = network.headLayout;
    const RowOperand from{hidden(network.layers.size() - 1, now), units, network.shape.units};
    const Window window = layout.inputWindow();
    const Index depth = divideUp(network.head.depth, PanelWeights<P, precision>::depthStep);
    for (Index panel = 0; panel < layout.panels; panel++) {
      const Index columns = layout.columnsIn(panel, window);
      const Matrix to{logits + panel * panelColumns, headColumns()};
      for (Index row = 0; row < rows; row++)
        std::memcpy(to.data + row * to.stride, network.headBias + panel * panelColumns,
                    sizeof(float) * std::size_t(columns));
      multiplyPanel<P, precision>(rows, from,
                                  static_cast<const Element*>(network.head.data) + packedPanel(window, depth, panel),
                                  columns, to);
    }
  }

  void draw(TextStream& each, Index row, float* rowLogits) {
    static thread_local Sampler sampler;
    static thread_local Likelihoods likelihoods;
    const Index vocabulary = network.shape.vocabulary, place = row * call.steps + call.counts[row];
    if (call.logits) std::memcpy(call.logits + place * vocabulary, rowLogits, sizeof(float) * std::size_t(vocabulary));
    if (each.isTold() && !likelihoods.measure(rowLogits, vocabulary)) {
      each.failed = true;
      return;
    }
    const std::int32_t token =
        each.given.empty()
            ? sampler.draw(rowLogits, vocabulary, each.rule, each.conditions(), each.random.uniform())
            : each.given[each.given.size() - std::size_t(each.left)];
    if (token < 0) {
      each.failed = true;
      return;
    }
    if (each.isTold()) tell(each, row, likelihoods, token);
    each.take(token);
    call.tokens[place] = token;
    call.counts[row]++;
  }

  void tell(const TextStream& each, Index row, Likelihoods& likelihoods, std::int32_t token) {
    const Index first = call.counts[row] * (1 + each.alternatives);
    std::int32_t* tokens = call.told[row].tokens + first;
    double* values = call.told[row].logProbabilities + first;
    tokens[0] = token, values[0] = likelihoods.of(token);
    likelihoods.likeliest(each.alternatives, each.allowedAlone ? each.conditions() : Conditions{}, tokens + 1,
                          values + 1);
  }
};

/** Fewer streams than this are not worth a second thread's time. */
constexpr Index rowsWorthAThread = 4;

template <class P, template <class> class CellOf>
void runAdvance(const AdvanceCall& call, ThreadPool& pool) {
  for (Index row = 0; row < call.rows; row++) call.counts[row] = 0;
  const Index parts = std::min<Index>(pool.threads(), divideUp(call.rows, rowsWorthAThread));
  std::atomic<bool> outOfMemory = false;  // a pool's thread must not throw
  pool.run(int(parts), [&](int part) {
    const Index first = call.rows * part / parts, last = call.rows * (part + 1) / parts;
    try {
      if (call.network.shape.precision == Precision::fp32)
        Advance<P, CellOf, Precision::fp32>(call, first, last).run();
      else
        Advance<P, CellOf, Precision::bf16>(call, first, last).run();
    } catch (const std::bad_alloc&) {
      outOfMemory = true;
    }
  });
  if (outOfMemory) throw std::bad_alloc();
}

}  // namespace
}  // namespace unroll
