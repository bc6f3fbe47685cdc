import type { Cell } from "../../schemas/models.ts";

/** Gates of a cell: how many times wider than its state its kernels are. */
export const gateCount: Record<Cell, number> = { simple_rnn: 1, lstm: 4, gru: 3, min_gru: 2, min_lstm: 3 };
