type Examples = Record<string, { summary: string; value: unknown }>;

/** Request bodies for the documentation, by route; a test sends each of them. */
export const examples: Record<string, Examples> = {
  "POST /v1/datasets": {
    text: {
      summary: "A text",
      value: { name: "greetings", kind: "text", text: "hello world, hello moon, hello sun\n" },
    },
    series: {
      summary: "A monthly series with a gap",
      value: {
        name: "sales",
        kind: "series",
        frequency: "mo",
        series: [{ id: "store-7", start: "2024-01-01T00:00:00Z", target: [112, 118, 132, null, 121, 135, 148, 148] }],
      },
    },
    sequence: {
      summary: "Sequences of bits, and the parity of the bits so far",
      value: {
        name: "parity",
        kind: "sequence",
        sequences: [
          { inputs: [[1], [0], [1]], targets: [[1], [1], [0]] },
          { inputs: [[0], [1]], targets: [[0], [1]] },
        ],
      },
    },
  },
  "POST /v1/models": {
    text: {
      summary: "A character model",
      value: { name: "writer", task: "text", architecture: { cell: "lstm", units: 128, layers: 2 } },
    },
    forecast: {
      summary: "A forecaster that chooses the rest from the data",
      value: { name: "seer", task: "forecast", architecture: { cell: "gru", units: 64 }, forecast: { horizon: 12 } },
    },
    sequence: {
      summary: "A class, 0 or 1, for each step",
      value: {
        name: "counter",
        task: "sequence",
        architecture: { cell: "gru", units: 16 },
        sequence: { input_size: 1, output_size: 2, loss: "cross_entropy" },
      },
    },
  },
  "POST /v1/jobs": {
    train: {
      summary: "Train for 2,000 steps",
      value: { model: "writer", dataset: "greetings", training: { steps: 2000, batch_size: 50, sequence_length: 50 } },
    },
  },
  "POST /v1/models/{id}/generate": {
    generate: {
      summary: "400 characters",
      value: { prompt: "hello ", max_tokens: 400, temperature: 0.8, top_p: 0.95, seed: 7 },
    },
    beams: {
      summary: "The likeliest line that a beam search of four finds, and the next two",
      value: { prompt: "hello ", max_tokens: 80, stop: ["\n"], beams: 4, length_penalty: 0.6, alternatives: 2 },
    },
  },
  "POST /v1/models/{id}/anomalies": {
    anomalies: {
      summary: "Whether the newest value is one to look at",
      value: { inputs: [{ id: "store-7", target: [112, 118, 132, 129, 121, 135, 148, 900] }], last_point_only: true },
    },
  },
  "POST /v1/models/{id}/backtest": {
    backtest: {
      summary: "Two cut-offs in one series; a dataset's name stands in the place of inputs as well",
      value: {
        inputs: [{ id: "store-7", target: [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118] }],
        windows: 2,
        quantiles: [0.1, 0.5, 0.9],
      },
    },
  },
  "POST /v1/models/{id}/score": {
    score: {
      summary: "A text after a prompt, with the three likeliest characters at each place",
      value: { prompt: "hello ", text: "world", logprobs: 3 },
    },
  },
  "POST /v1/models/{id}/forecast": {
    forecast: {
      summary: "The next months of one series",
      value: {
        inputs: [
          { id: "store-7", start: "2024-01-01T00:00:00Z", frequency: "mo", target: [112, 118, 132, 129, 121, 135] },
        ],
        quantiles: [0.1, 0.5, 0.9],
      },
    },
  },
  "POST /v1/models/{id}/predict": {
    text: {
      summary: "The next character's probabilities after each of a text, and what the gates did",
      value: { inputs: ["hello"], include: ["hidden_states", "gates"] },
    },
    sequence: {
      summary: "Two sequences of one number a step",
      value: {
        inputs: [
          [[1], [0], [1]],
          [[0], [1]],
        ],
      },
    },
  },
  "POST /v1/sessions": {
    text: { summary: "A text that goes on from call to call", value: { model: "writer", seed: 7 } },
    forecast: {
      summary: "A series whose values come one by one",
      value: { model: "seer", series: { id: "store-7", target: [112, 118, 132, 129, 121, 135] } },
    },
  },
  "POST /v1/sessions/{id}/generate": {
    generate: { summary: "100 more characters", value: { prompt: "hello ", max_tokens: 100, temperature: 0.8 } },
  },
  "POST /v1/sessions/{id}/observe": {
    observe: { summary: "The newest value, for the next forecast", value: { target: 148 } },
  },
  "POST /v1/keys": { key: { summary: "A key that may read and infer", value: { name: "dashboard", scope: "infer" } } },
};
