/** What there is to measure, each in a file of its own that is loaded when it is asked for. */
export const partRunners = {
  training: async () => (await import("./parts/training.mjs")).training,
};
