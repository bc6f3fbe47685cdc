import type { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { predictRows } from "./run-network.ts";

/** The network as it answers requests: the whole context of some rows in one pass. */
export interface ForecastPass {
  /** Corrections for the first rows of a batch, good until the next pass. [members * rows, horizon, quantiles] */
  run(batch: ForecastBatch, rows: number): Float32Array;
  dispose(): void;
}

/** Through TensorFlow: for every network on every backend. */
export function tensorPass(network: ForecastNetwork, geometry: ForecastGeometry): ForecastPass {
  return {
    run: (batch, rows) => {
      const predicted = predictRows({ network, geometry, batch, rows });
      const corrections = predicted.dataSync() as Float32Array;
      predicted.dispose();
      return corrections;
    },
    dispose: () => network.dispose(),
  };
}
