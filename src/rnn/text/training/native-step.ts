import type { Cell } from "../../../schemas/models.ts";
import type { TrainingSpec } from "../../../schemas/training-run.ts";
import { tf } from "../../backend.ts";
import { fromHostTensor, toHostTensor } from "../../host-tensor.ts";
import { drawDropout } from "../../layers/draw-dropout.ts";
import { isPlainNetwork } from "../../layers/is-plain-network.ts";
import { type FusedKernels, loadFusedKernels } from "../../load-fused-kernels.ts";
import { optimizerNumbers } from "../../optimizers/optimizer-numbers.ts";
import { optimizerSettings } from "../../optimizers/optimizer-settings.ts";
import { Random, type RandomState } from "../../random.ts";
import type { TrainingState } from "../../training-state.ts";
import type { StepSituation, TrainingStep } from "../../training-step.ts";
import { joinTensors, shapesOf, splitTensors } from "./join-tensors.ts";
import type { TrainerShape } from "./train-addon.ts";

type Parts = Pick<TrainingState, "task" | "optimizer" | "elasticPenalty">;

type Wanted = { [part in "weights" | "moments" | "states"]?: Float32Array | null };

const cells: Partial<Record<Cell, TrainerShape["cell"]>> = { simple_rnn: 0, lstm: 1, gru: 2 };
const gruResetBefore = 3;
const optimizers = { sgd: 0, rmsprop: 1, adam: 2 } as const;

/** The whole step in one native call, native/train/; null where that knows a part of the run not, or the addon did not load. */
export function createNativeStep(spec: TrainingSpec, parts: Parts): TrainingStep | null {
  const { kernels } = loadFusedKernels();
  return kernels !== null && isUnderstood(spec, parts) ? new NativeStep(kernels, spec, parts) : null;
}

function isUnderstood({ architecture, training }: TrainingSpec, { task, elasticPenalty }: Parts): boolean {
  const isPlain = isPlainNetwork(architecture) && architecture.recurrent_dropout === 0;
  return isPlain && Boolean(task.windows) && !training.l2 && elasticPenalty === null;
}

/** Owns weights, moments, carried state, cursor and dropout's random state from its making on. */
class NativeStep implements TrainingStep {
  readonly #kernels;
  readonly #parts;
  readonly #windows;
  readonly #settings;
  readonly #share;
  readonly #random;
  readonly #trainer;
  readonly #result;
  readonly #draws;
  readonly #shapes;
  #next: number;

  constructor(kernels: FusedKernels, { architecture, training }: TrainingSpec, parts: Parts) {
    const { task, optimizer } = parts;
    const { tensors, json } = task.saveState();
    const weights = new Map([...task.parameters].map(([name, variable]) => [name, toHostTensor(variable)]));
    const moments = optimizer.save();
    this.#shapes = { weights: shapesOf(weights), moments: shapesOf(moments), states: shapesOf(tensors) };
    this.#kernels = kernels;
    this.#parts = parts;
    this.#windows = task.windows!;
    this.#settings = optimizerSettings(training);
    this.#share = architecture.dropout;
    this.#random = new Random(json.dropout_random as RandomState);
    this.#next = json.next_sequence as number;
    this.#draws = this.#share > 0 ? new Uint32Array(3 * architecture.layers) : null;
    this.#result = new Float32Array(2 + weights.size);
    const { cell, units, layers, embedding_size: embeddingSize, reset_after: resetAfter } = architecture;
    const shape: TrainerShape = {
      cell: cell === "gru" && !resetAfter ? gruResetBefore : cells[cell]!,
      units,
      layers,
      vocabularySize: task.vocabularySize!,
      embeddingSize: embeddingSize ?? 0,
      batch: this.#windows.streams.rows,
      time: this.#windows.length,
      optimizer: optimizers[this.#settings.kind],
      moments: moments.size / weights.size,
      bf16: training.precision === "bf16" ? 1 : 0,
    };
    this.#trainer = kernels.createTextTrainer(shape, joinTensors(weights), joinTensors(moments), joinTensors(tensors));
  }

  take({ progress: _, ...situation }: StepSituation) {
    const { ids, streams, length } = this.#windows;
    const index = this.#next;
    const window = {
      first: streams.start + index * length,
      rowLength: streams.length,
      fromZero: index === 0 ? 1 : 0,
      kept: this.#drawMasks(),
    } as const;
    const settings = Float32Array.from(optimizerNumbers(this.#settings, situation));
    this.#kernels.trainText(this.#trainer, ids, window, settings, this.#draws, this.#result);
    this.#next = (index + 1) % this.#parts.task.stepsPerEpoch;
    const [loss, norm, ...norms] = this.#result;
    return { loss: loss!, norm: norm!, norms };
  }

  showWeights(): void {
    const weights = splitTensors(this.#shapes.weights, (all) => this.#read({ weights: all }));
    for (const [name, tensor] of weights) {
      tf.tidy(() => this.#parts.task.parameters.get(name)!.assign(fromHostTensor(tensor)));
    }
  }

  showAll(): void {
    this.showWeights();
    const { task, optimizer } = this.#parts;
    optimizer.restore(splitTensors(this.#shapes.moments, (all) => this.#read({ moments: all })));
    const tensors = splitTensors(this.#shapes.states, (all) => this.#read({ states: all }));
    const json = { ...task.saveState().json, next_sequence: this.#next, dropout_random: this.#random.state() };
    task.restoreState({ tensors, json });
  }

  #read({ weights = null, moments = null, states = null }: Wanted) {
    this.#kernels.readTextTrainer(this.#trainer, weights, moments, states);
  }

  dispose(): void {
    this.#kernels.releaseTextTrainer(this.#trainer);
  }

  /** New masks for all layers, in the order in which the tape draws them; what they multiply the kept places with. */
  #drawMasks(): number {
    if (this.#draws === null) return 1;
    for (let place = 0; place < this.#draws.length; place += 3) {
      const { firstKey, secondKey, threshold } = drawDropout(this.#share, this.#random);
      this.#draws.set([firstKey, secondKey, threshold], place);
    }
    return 1 / (1 - this.#share);
  }
}
