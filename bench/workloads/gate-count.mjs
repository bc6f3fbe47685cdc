/** Gates of each cell: products of the state a step makes. */
export const gateCount = { simple_rnn: 1, gru: 3, lstm: 4 };
