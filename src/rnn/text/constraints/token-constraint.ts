/** Which tokens may come: an automaton over the vocabulary, whose text begins at place 0. */
export class TokenConstraint {
  readonly vocabularySize: number;
  /** The place after a token, -1 where it may not come. */
  readonly next: Int32Array; // [places, vocabulary]
  /** Tokens that a text at this place lacks at least; 0 where it may end. */
  readonly distances: Int32Array; // [places]

  constructor(next: Int32Array, distances: Int32Array) {
    this.next = next;
    this.distances = distances;
    this.vocabularySize = next.length / distances.length;
  }

  /** The place after a token, if a text with so many tokens left, this one included, can still be completed; else -1. */
  follow(place: number, token: number, left: number): number {
    const to = this.next[place * this.vocabularySize + token]!;
    return to >= 0 && this.distances[to]! < left ? to : -1;
  }

  /** Whether any token may follow. Where none may, the text is complete. */
  goesOn(place: number, left: number): boolean {
    for (let token = 0; token < this.vocabularySize; token += 1) {
      if (this.follow(place, token, left) >= 0) return true;
    }
    return false;
  }
}
