import { type Part, shown } from "../part";
import type { Model } from "./model";
import { vocabularyOf } from "./vocabulary";

/** The longest token that a word begins with, then the longest that goes on, until it is used up. */
export const wordPiece = (part: Part): Model => {
  const vocabulary = vocabularyOf(part);
  const unknown = part.text("unk_token", "[UNK]");
  const prefix = part.text("continuing_subword_prefix", "##");
  const maxLength = part.count("max_input_chars_per_word", 100);
  const lengths = [...new Set([...vocabulary.keys()].map(({ length }) => length))].sort((a, b) => b - a);

  const pieces = (word: string): number[] | undefined => {
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      const before = start > 0 ? prefix : "";
      const fits = (length: number) =>
        length > before.length && start + length - before.length <= word.length;
      const tokenOf = (length: number) => before + word.slice(start, start + length - before.length);
      const length = lengths.find((long) => fits(long) && vocabulary.has(tokenOf(long)));
      if (length === undefined) return undefined;
      ids.push(vocabulary.get(tokenOf(length))!);
      start += length - before.length;
    }
    return ids;
  };
  return {
    vocabulary,
    encode(word) {
      const fits = word.length <= maxLength || [...word].length <= maxLength;
      const ids = fits ? pieces(word) : undefined;
      if (ids !== undefined) return ids;
      const id = vocabulary.get(unknown);
      return id === undefined
        ? part.fail(`does not know ${shown(word)}, nor its unk_token ${shown(unknown)}`)
        : [id];
    },
  };
};
