import { type Part, shown } from "../part";
import type { Model } from "./model";
import { vocabularyOf } from "./vocabulary";

/** The longest token that a word begins with, then the longest that goes on, until it is used up. */
export const wordPiece = (part: Part): Model => {
  const vocabulary = vocabularyOf(part);
  const unknown = part.text("unk_token", "[UNK]");
  const prefix = part.text("continuing_subword_prefix", "##");
  const maxLength = part.count("max_input_chars_per_word", 100);
  const longest = [...vocabulary.keys()].reduce((length, token) => Math.max(length, token.length), 0);

  const pieces = (word: string): number[] | undefined => {
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = vocabulary.get((start > 0 ? prefix : "") + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return undefined;
      ids.push(id);
      start = end;
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
