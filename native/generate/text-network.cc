#include "generate/text-network.h"

#include <bit>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "kernels/recurrent/pack.h"

namespace unroll {
namespace {

constexpr std::size_t hugePage = std::size_t(1) << 21;

/** Nearest even; a finite number may become infinite, NaN stays NaN. */
std::uint16_t toBf16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return std::uint16_t(bits >> 16 | 0x40u);
  return std::uint16_t((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/** [depth, columns] -> [depth / 2 rounded up, columns, 2], an odd last row beside zeros. */
void toPairs(const float* from, Index depth, Index columns, std::uint16_t* to) {
  for (Index row = 0; row < depth; row += 2)
    for (Index column = 0; column < columns; column++) {
      *to++ = toBf16(from[row * columns + column]);
      *to++ = row + 1 < depth ? toBf16(from[(row + 1) * columns + column]) : 0;
    }
}

RecurrentShape layerShape(const TextShape& shape, Index layer) {
  const Index input = layer > 0 ? shape.units : shape.embedding > 0 ? shape.embedding : shape.vocabulary;
  return {.cell = shape.cell, .batch = 1, .time = 1, .input = input, .units = shape.units};
}

RecurrentShape headShape(const TextShape& shape) {
  return {.cell = Cell::simpleRnn, .batch = 1, .time = 1, .input = shape.units, .units = shape.vocabulary};
}

}  // namespace

TextNetwork::TextNetwork(const TextShape& shape, const TextArrays& arrays)
    : shape(shape), headLayout(headShape(shape)) {
  if (shape.embedding > 0) packEmbedding(arrays.embedding);
  for (Index index = 0; index < shape.layers; index++) {
    PackedLayer layer(layerShape(shape, index));
    const LayerArrays& given = arrays.layers[std::size_t(index)];
    const PanelLayout& layout = layer.layout;
    if (index == 0 && shape.embedding == 0) {
      layer.table = packTable(layout, given);
    } else {
      layer.bias = packBiases(layout, given.bias);
      layer.input = pack(layout, layout.inputWindow(), layout.shape.input, given.kernel);
    }
    layer.hidden = pack(layout, layout.hiddenWindow(), shape.units, given.recurrentKernel);
    if (shape.cell == Cell::gruResetBefore)
      layer.reset = pack(layout, layout.resetWindow(), shape.units, given.recurrentKernel);
    layers.push_back(layer);
  }
  head = pack(headLayout, headLayout.inputWindow(), shape.units, arrays.headKernel);
  headBias = packBiases(headLayout, arrays.headBias);
}

PackedMatrix TextNetwork::pack(const PanelLayout& layout, Window window, Index depth, const float* kernel) {
  const Index columns = layout.columnsOf(window);
  if (shape.precision == Precision::fp32) {
    float* packed = allocateFloats(depth * columns);
    for (Index panel = 0; panel < layout.panels; panel++)
      packPanel<Portable>(layout, window, depth, kernel, panel, packed + packedPanel(window, depth, panel));
    return {packed, depth};
  }
  const Index pairedDepth = roundUp(depth, 2);
  auto* packed = static_cast<std::uint16_t*>(allocate(std::size_t(pairedDepth * columns) * sizeof(std::uint16_t)));
  std::vector<float> panelRows(std::size_t(depth * panelColumns));
  for (Index panel = 0; panel < layout.panels; panel++) {
    packPanel<Portable>(layout, window, depth, kernel, panel, panelRows.data());
    toPairs(panelRows.data(), depth, layout.columnsIn(panel, window),
            packed + packedPanel(window, pairedDepth, panel));
  }
  return {packed, depth};
}

const float* TextNetwork::packBiases(const PanelLayout& layout, const float* bias) {
  float* packed = allocateFloats(layout.panels * panelColumns);
  for (Index panel = 0; panel < layout.panels; panel++)
    packBias<Portable>(layout, bias, panel, packed + panel * panelColumns);
  return packed;
}

const float* TextNetwork::packTable(const PanelLayout& layout, const LayerArrays& arrays) {
  const Index columns = layout.panels * panelColumns;
  const float* bias = packBiases(layout, arrays.bias);
  float* table = allocateFloats(shape.vocabulary * columns);
  float row[panelColumns];
  for (Index token = 0; token < shape.vocabulary; token++)
    for (Index panel = 0; panel < layout.panels; panel++) {
      std::memset(row, 0, sizeof row);
      for (Index slot = 0; slot < layout.slotsIn(panel, layout.inputWindow()); slot++)
        packSlot<Portable>(layout, panel, slot, arrays.kernel + token * layout.shape.gateColumns(),
                           row + slot * slotColumns);
      float* to = table + token * columns + panel * panelColumns;
      for (Index column = 0; column < panelColumns; column++)
        to[column] = bias[panel * panelColumns + column] + row[column];
    }
  return table;
}

void TextNetwork::packEmbedding(const float* rows) {
  float* packed = allocateFloats(shape.vocabulary * paddedEmbedding());
  for (Index token = 0; token < shape.vocabulary; token++) {
    float* to = packed + token * paddedEmbedding();
    std::memset(to, 0, sizeof(float) * std::size_t(paddedEmbedding()));
    std::memcpy(to, rows + token * shape.embedding, sizeof(float) * std::size_t(shape.embedding));
  }
  embedding = packed;
}

/** Large blocks lie on huge pages where the system has them: a step reads every weight once, in order. */
void* TextNetwork::allocate(std::size_t bytes) {
  const std::size_t alignment = bytes >= hugePage ? hugePage : 64;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded > 0 ? rounded : alignment);
  if (!memory) throw std::bad_alloc();
#if defined(__linux__)
  if (alignment == hugePage) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  blocks_.emplace_back(memory);
  bytes_ += rounded;
  return memory;
}

}  // namespace unroll
