/** An object of the addon that only it can make or read. */
export interface TrainerHandle {
  readonly handle: "trainer";
}

export interface TrainerShape {
  /** 0 simple_rnn, 1 lstm, 2 gru, 3 gru whose reset gate acts before the product. */
  cell: 0 | 1 | 2 | 3;
  units: number;
  layers: number;
  vocabularySize: number;
  /** 0: one-hot characters. */
  embeddingSize: number;
  batch: number;
  time: number;
  /** 0 sgd, 1 rmsprop, 2 adam. */
  optimizer: 0 | 1 | 2;
  moments: number;
  /** 1: the products of the recurrent layers take numbers rounded to bf16. */
  bf16: 0 | 1;
}

export interface TextWindow {
  /** Row r reads from first + r * rowLength on. */
  first: number;
  rowLength: number;
  /** 1: the carried state is forgotten. */
  fromZero: 0 | 1;
  /** What dropout multiplies those with that it keeps. */
  kept: number;
}

/** What native/train/ exports; layouts: native/train/text-trainer.h. Calls that are not as declared throw a TypeError and change nothing. */
export interface TrainAddon {
  /** Copies the arrays. */
  createTextTrainer(
    shape: TrainerShape,
    weights: Float32Array,
    moments: Float32Array,
    states: Float32Array,
  ): TrainerHandle;
  /** One step; fills result: loss, norm of the gradient, norm of each parameter's. draws: keys and threshold of each layer's mask. */
  trainText(
    trainer: TrainerHandle,
    text: Int32Array,
    window: TextWindow,
    settings: Float32Array,
    draws: Uint32Array | null,
    result: Float32Array,
  ): void;
  /** Fills the arrays that are not null. */
  readTextTrainer(
    trainer: TrainerHandle,
    weights: Float32Array | null,
    moments: Float32Array | null,
    states: Float32Array | null,
  ): void;
  releaseTextTrainer(trainer: TrainerHandle): void;
}
