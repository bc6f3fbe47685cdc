/** What a text may be, character by character; begins in state 0. */
export interface CharacterAutomaton {
  readonly states: number;
  /** The state after a code point; -1 where it may not come. */
  step(state: number, codePoint: number): number;
  /** Whether a text may end here. */
  accepts(state: number): boolean;
}
