/** Sizes and trainable numbers of the parts of a network. */
export interface NetworkParts {
  /** Numbers in a step. */
  inputSize: number;
  embedding: number;
  /** Of each recurrent layer, the lowest first. */
  layers: number[];
  /** Numbers that each recurrent layer gives at a step. */
  layerOutputSize: number;
  attention: number;
  head: number;
  /** Numbers in an output. */
  outputSize: number;
  /** Networks whose mean is told, all alike. */
  members: number;
}
