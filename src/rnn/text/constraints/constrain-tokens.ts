import type { Vocabulary } from "../vocabulary.ts";
import type { CharacterAutomaton } from "./character-automaton.ts";
import { TokenConstraint } from "./token-constraint.ts";

const unreachable = 2 ** 30;

/** The automaton over the tokens of a vocabulary; those that are no whole characters never come. */
export function constrainTokens(automaton: CharacterAutomaton, vocabulary: Vocabulary): TokenConstraint {
  const size = vocabulary.size;
  const next = new Int32Array(automaton.states * size).fill(-1); // [states, vocabulary]
  for (let token = 0; token < size; token += 1) {
    const text = vocabulary.text(token);
    if (text === null || text === "") continue;
    const codePoints = Array.from(text, (character) => character.codePointAt(0)!);
    for (let state = 0; state < automaton.states; state += 1) {
      let to = state;
      for (const codePoint of codePoints) {
        if (to >= 0) to = automaton.step(to, codePoint);
      }
      next[state * size + token] = to;
    }
  }
  return new TokenConstraint(next, distancesToEnd(next, automaton, size));
}

/** Tokens that each state lacks to an end at least, by breadth-first search from the ends. */
function distancesToEnd(next: Int32Array, { states, accepts }: CharacterAutomaton, size: number): Int32Array {
  const before = Array.from({ length: states }, () => new Set<number>());
  for (const [place, to] of next.entries()) if (to >= 0) before[to]!.add(Math.floor(place / size));
  const distances = new Int32Array(states).fill(unreachable);
  const queue: number[] = [];
  for (let state = 0; state < states; state += 1) {
    if (!accepts(state)) continue;
    distances[state] = 0;
    queue.push(state);
  }
  for (const state of queue) {
    for (const from of before[state]!) {
      if (distances[from] !== unreachable) continue;
      distances[from] = distances[state]! + 1;
      queue.push(from);
    }
  }
  return distances;
}
