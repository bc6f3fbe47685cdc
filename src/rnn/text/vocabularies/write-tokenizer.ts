import type { Tokenizer } from "../../../schemas/tokenizer.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { byteCount } from "./byte-vocabulary.ts";
import { piecePattern } from "./split-pieces.ts";

const nothing = { truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null };
const plainModel = {
  ...{
    type: "BPE" as const,
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
  },
  ...{ fuse_unk: false, byte_fallback: false },
};

/** A vocabulary as Hugging Face's tokenizers read it: the same ids for the same text. Characters that it does not know have no token there. */
export function writeTokenizer(vocabulary: Vocabulary): Tokenizer {
  if (vocabulary.characters !== null) return charactersOnly(vocabulary.characters);
  const names = Array.from({ length: vocabulary.size }, (_, id) => byteLevelName(vocabulary.bytes(id)));
  const description = vocabulary.toJSON();
  const pairs = "merges" in description ? description.merges : [];
  const split = { type: "Split", pattern: { Regex: piecePattern }, behavior: "Isolated", invert: false };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: "1.0",
    ...nothing,
    pre_tokenizer: { type: "Sequence", pretokenizers: [split, byteLevel] },
    decoder: byteLevel,
    model: {
      ...plainModel,
      ignore_merges: vocabulary.kind === "word",
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: pairs.map(([first, second]) => `${names[first]} ${names[second]}`),
    },
  };
}

function charactersOnly(characters: readonly string[]): Tokenizer {
  return {
    version: "1.0",
    ...nothing,
    pre_tokenizer: null,
    decoder: { type: "Fuse" },
    model: {
      ...plainModel,
      ignore_merges: false,
      vocab: Object.fromEntries(characters.map((character, id) => [character, id])),
      merges: [],
    },
  };
}

/** GPT-2's stand-ins: printable bytes as themselves, the others as the characters from U+0100 on. */
const standIns = makeStandIns();

function byteLevelName(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => standIns[byte]!).join("");
}

function makeStandIns(): string[] {
  let next = 0x100;
  return Array.from({ length: byteCount }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
}
