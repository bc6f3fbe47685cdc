import { type Scalar, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D, tf } from "../backend.ts";
import type { Random } from "../random.ts";
import { likelihoods } from "./distributions/likelihoods.ts";
import type { ForecastBatch } from "./forecast-batch.ts";
import type { ForecastGeometry } from "./forecast-geometry.ts";
import type { ForecastNetwork } from "./forecast-network.ts";
import { likelihoodLoss } from "./likelihood-loss.ts";
import { pinballLoss } from "./pinball-loss.ts";

export interface NetworkRun {
  network: ForecastNetwork;
  geometry: ForecastGeometry;
  batch: ForecastBatch;
  /** The first rows of the batch are used. */
  rows: number;
}

/** What the network gives for the rows. [members * rows, horizon, outputsPerStep] */
export function predictRows({ network, geometry, batch, rows }: NetworkRun, random: Random | null = null): Tensor3D {
  const { blocks, inputSize, headFeatures } = geometry;
  return tf.tidy(() => {
    const encoder: Tensor3D = tf.tensor3d(batch.encoder.subarray(0, rows * blocks * inputSize), [
      rows,
      blocks,
      inputSize,
    ]);
    const features: Tensor2D = tf.tensor2d(batch.features.subarray(0, rows * headFeatures), [rows, headFeatures]);
    return network.apply({ encoder, features, random });
  });
}

/** Loss of what the network gave against the rows' targets. */
export function lossOfRows({ geometry, batch, rows }: NetworkRun, predicted: Tensor3D, quantiles: Tensor1D): Scalar {
  const { horizon } = geometry;
  return tf.tidy(() => {
    const weightValues = batch.weights.subarray(0, rows * horizon);
    const known = weightValues.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
    const members = predicted.shape[0] / rows;
    const count = known * members;
    const ofMembers: Tensor4D = tf.reshape(predicted, [members, rows, horizon, -1]);
    const likelihood = likelihoods[geometry.likelihood];
    if (likelihood !== null) return likelihoodLoss({ predicted: ofMembers, batch, likelihood, count });
    const target: Tensor3D = tf.tensor3d(batch.target.subarray(0, rows * horizon), [rows, horizon, 1]);
    const weights: Tensor3D = tf.tensor3d(weightValues, [rows, horizon, 1]);
    return pinballLoss({ predicted: ofMembers, target, weights, quantiles, count });
  });
}
