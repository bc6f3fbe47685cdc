/** What there is to measure, each in a file of its own that is loaded when it is asked for. */
export const partRunners = {
  training: async () => (await import("./parts/training.mjs")).training,
  generation: async () => (await import("./parts/generation.mjs")).generation,
  cost: async () => (await import("./parts/cost.mjs")).cost,
  serving: async () => (await import("./parts/serving.mjs")).serving,
  forecast: async () => (await import("./parts/forecast.mjs")).forecast,
};
