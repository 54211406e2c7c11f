import { bytesOf } from "../bytes";
import { type Part, shown } from "../part";
import { WordList } from "../word-list";
import type { Model } from "./model";

/** How much worse than the worst token an unknown character is, as log-probability. */
const UNKNOWN_PENALTY = 10;

/** The split of a word with the greatest sum of scores. */
export const unigram = (part: Part): Model => {
  const { tokens, scores } = piecesOf(part);
  const unknown = part.has("unk_id") ? part.count("unk_id") : undefined;
  if (unknown !== undefined && unknown >= tokens.length)
    part.fail(`has unk_id ${unknown}, but its vocab has ${tokens.length} entries`);
  const usesBytes = part.flag("byte_fallback", false);
  const vocabulary = new Map(tokens.map((token, id) => [token, id]));
  const worst = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const words = new WordList(vocabulary);

  /** Tokens from left to right; unknown characters in a row are one. */
  const split = (word: string): string[] => {
    const best = new Float64Array(word.length + 1);
    const from = new Int32Array(word.length + 1).fill(-1);
    const isUnknown = new Uint8Array(word.length + 1);
    const reach = (start: number, end: number, score: number, strange: boolean) => {
      const total = best[start]! + score;
      if (from[end]! >= 0 && !(total > best[end]!)) return;
      [best[end], from[end], isUnknown[end]] = [total, start, strange ? 1 : 0];
    };
    for (let start = 0; start < word.length; ) {
      const size = word.codePointAt(start)! > 0xffff ? 2 : 1;
      let knowsOne = false;
      words.at(word, start, (end, id) => {
        reach(start, end, scores[id]!, id === unknown);
        knowsOne ||= end === start + size;
      });
      if (!knowsOne) {
        if (unknown === undefined) part.fail(`does not know ${shown(word)} and has no unk_id`);
        reach(start, start + size, worst - UNKNOWN_PENALTY, true);
      }
      start += size;
    }
    const pieces: string[] = [];
    let strange = word.length;
    for (let end = word.length; end > 0; ) {
      const start = from[end]!;
      if (!isUnknown[end]) {
        if (strange > end) pieces.push(word.slice(end, strange));
        pieces.push(word.slice(start, end));
        strange = start;
      }
      end = start;
    }
    if (strange > 0) pieces.push(word.slice(0, strange));
    return pieces.reverse();
  };

  return {
    vocabulary,
    encode: (word) =>
      split(word).flatMap((piece) => {
        const id = vocabulary.get(piece);
        if (id !== undefined) return id;
        const bytes = usesBytes ? byteTokens(vocabulary, piece) : undefined;
        return bytes ?? unknown ?? part.fail(`does not know ${shown(piece)} and has no unk_id`);
      }),
  };
};

const piecesOf = (part: Part): { tokens: string[]; scores: number[] } => {
  const pieces = part.list("vocab");
  const [tokens, scores]: [string[], number[]] = [[], []];
  for (const [i, piece] of pieces.entries()) {
    const [token, score] = Array.isArray(piece) && piece.length === 2 ? piece : [];
    if (typeof token !== "string" || typeof score !== "number")
      part.fail(`has vocab[${i}] ${shown(piece)}; it must be a token and its score`);
    tokens.push(token as string);
    scores.push(score as number);
  }
  return { tokens, scores };
};

/** Tokens of the bytes of a text, such as `<0xE2>`; undefined when one is missing. */
export const byteTokens = (vocabulary: ReadonlyMap<string, number>, text: string): number[] | undefined => {
  const ids: number[] = [];
  for (const byte of bytesOf(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
};
