import { parseArgs } from "node:util";

export const parts = ["training", "generation", "serving", "forecast", "cost"];
export const peers = ["pytorch", "keras", "tfjs", "onnxruntime"];

export const usage = `npm run bench [-- OPTIONS]
  --full            every shape, more and longer rounds; without it, a short form of some three minutes
  --only PARTS      some of: ${parts.join(", ")}
  --peers PEERS     none, or some of: ${peers.join(", ")}
  --rounds N        rounds of each comparison
  --no-readme       leave README.md and bench/results as they are, as a run with --only or --peers does`;

/** The command line as settings; throws RangeError with a sentence for what it does not know. */
export function readOptions(args) {
  const { values } = parse(args);
  const isFull = values.full ?? false;
  const rounds = values.rounds === undefined ? (isFull ? 7 : 3) : Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds: expected a whole number from 1 up, got ${values.rounds}`);
  }
  return {
    isFull,
    rounds,
    /** How long a contender's turn is. */
    slotMs: isFull ? 2500 : 250,
    /** How often a turn waits for a machine at its best before it is taken as it comes, and noted as disturbed. */
    attempts: isFull ? 12 : 5,
    /** Processors that every contender may use. */
    threads: 2,
    parts: listOf("--only", values.only, parts) ?? parts,
    peers: values.peers === "none" ? [] : (listOf("--peers", values.peers, peers) ?? peers),
    isPublished: !values["no-readme"] && values.only === undefined && values.peers === undefined,
  };
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        full: { type: "boolean" },
        only: { type: "string" },
        peers: { type: "string" },
        rounds: { type: "string" },
        "no-readme": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new RangeError(error.message);
  }
}

function listOf(option, text, allowed) {
  if (text === undefined) return undefined;
  const names = text.split(",");
  const unknown = names.find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw new RangeError(`${option}: expected some of ${allowed.join(", ")}, got ${unknown}`);
  return names;
}
