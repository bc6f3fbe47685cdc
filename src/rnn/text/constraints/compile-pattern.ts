import { visitRegExpAST } from "@eslint-community/regexpp";
import { DFA, JS, NFA } from "refa";
import { appError } from "../../../errors.ts";
import type { CharacterAutomaton } from "./character-automaton.ts";

/** So that no pattern takes long, or much memory. */
const mostNodes = 2000;
const mostStates = 1000;

/** The automaton of the texts that a regular expression matches as a whole. Throws validation_failed with /pattern. */
export function compilePattern(pattern: string): CharacterAutomaton {
  const dfa = build(pattern);
  const nodes = [dfa.initial, ...[...dfa.nodes()].filter((node) => node !== dfa.initial)];
  const places = new Map(nodes.map((node, place) => [node, place]));
  return {
    states: nodes.length,
    step: (state, codePoint) => places.get(nodes[state]!.out.get(codePoint)!) ?? -1,
    accepts: (state) => dfa.finals.has(nodes[state]!),
  };
}

function build(pattern: string): DFA {
  try {
    const parser = JS.Parser.fromLiteral({ source: withoutEnds(pattern), flags: "u" });
    visitRegExpAST(parser.ast.pattern, { onBackreferenceEnter: refuseBackReference });
    const { expression, maxCharacter } = parser.parse({ assertions: "throw", maxNodes: mostNodes });
    const nfa = NFA.fromRegex(expression, { maxCharacter }, {}, new NFA.LimitedNodeFactory(mostNodes));
    const dfa = DFA.fromFA(nfa, new DFA.LimitedNodeFactory(mostStates));
    dfa.minimize();
    return dfa;
  } catch (error) {
    const message = `expected a regular expression of at most ${mostStates} states, got one that cannot be used: ${reason(error)}`;
    const hint = "plain ECMAScript (flag u), without lookaround, word boundaries and back-references; repeat less";
    const errors = [{ pointer: "/pattern", code: "pattern", message, value: pattern, hint }];
    throw appError("validation_failed", `/pattern: ${message}`, { errors });
  }
}

/** The whole text matches anyway: ^ in front and $ at the end say nothing. */
function withoutEnds(pattern: string): string {
  const body = pattern.startsWith("^") ? pattern.slice(1) : pattern;
  const isEnd = /(?:^|[^\\])(?:\\\\)*\$$/u.test(body);
  return `(?:${isEnd ? body.slice(0, -1) : body})`;
}

function refuseBackReference({ raw }: { raw: string }): never {
  throw new Error(`the back-reference ${raw}`);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
