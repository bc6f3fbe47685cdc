/**
 * Networks that are trained: vocabulary 65, batch 50, 50 steps unless the name says otherwise. `isFullOnly` ones belong to the full form;
 * `precision` ones need an engine that has it.
 */
export const trainingShapes = [
  shape("lstm", 128, 2, { isTfjsShort: true }),
  shape("lstm", 512, 2),
  shape("gru", 128, 2),
  shape("simple_rnn", 128, 2),
  shape("lstm", 512, 2, { precision: "bf16" }),
  shape("lstm", 256, 2, { isFullOnly: true }),
  shape("lstm", 128, 1, { isFullOnly: true }),
  shape("lstm", 128, 3, { isFullOnly: true }),
  shape("lstm", 128, 2, { isFullOnly: true, time: 25 }),
  shape("lstm", 128, 2, { isFullOnly: true, time: 100 }),
  shape("lstm", 128, 2, { isFullOnly: true, batch: 8 }),
  shape("lstm", 128, 2, { isFullOnly: true, batch: 16 }),
  shape("lstm", 128, 2, { isFullOnly: true, batch: 64 }),
];

/** One shape, named as the tables name it. */
export function shape(cell, units, layers, extras = {}) {
  const { batch = 50, time = 50, precision = "fp32" } = extras;
  const names = { lstm: "LSTM", gru: "GRU", simple_rnn: "RNN" };
  const notes = [
    batch === 50 ? "" : `batch ${batch}`,
    time === 50 ? "" : `${time} steps`,
    precision === "fp32" ? "" : precision,
  ];
  const name = [`${names[cell]} ${units}x${layers}`, ...notes.filter(Boolean)].join(", ");
  return { ...extras, name, cell, units, layers, batch, time, precision, vocabulary: 65 };
}
