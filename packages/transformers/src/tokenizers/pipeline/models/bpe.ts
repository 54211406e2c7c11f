import { type Part, shown } from "../part";
import { MinHeap } from "./heap";
import type { Model } from "./model";
import { byteTokens } from "./unigram";
import { vocabularyOf } from "./vocabulary";

/** Pairs of ids are keys of one number: ids of merged tokens must be below this. */
const PAIR = 2 ** 26;
/** A rank and a position in one number; a word is shorter than this. */
const WORD = 2 ** 31;
const CACHED_WORDS = 20_000;
/** Longer words are hardly seen twice. */
const CACHED_LENGTH = 64;

interface Merges {
  /** Pair → rank, the lower the earlier. */
  readonly ranks: ReadonlyMap<number, number>;
  /** What the pair of a rank becomes. */
  readonly results: readonly number[];
}

/** Characters, joined pair by pair in the order of the merges. */
export const bpe = (part: Part): Model => {
  const vocabulary = vocabularyOf(part);
  if (part.has("dropout") && part.number("dropout") !== 0)
    part.fail(`has dropout ${part.number("dropout")}: its ids are random; set it to null`);
  const optional = (key: string) => (part.has(key) ? part.text(key) : "");
  const prefix = optional("continuing_subword_prefix");
  const suffix = optional("end_of_word_suffix");
  const unknownToken = part.has("unk_token") ? part.text("unk_token") : undefined;
  const fuses = part.flag("fuse_unk", false);
  const usesBytes = part.flag("byte_fallback", false);
  const ignoresMerges = part.flag("ignore_merges", false);
  const merges = mergesOf(part, vocabulary, prefix.length);
  const cache = new Map<string, readonly number[]>();

  const unknownId = () =>
    vocabulary.get(unknownToken!) ??
    part.fail(`needs its unk_token ${shown(unknownToken)}, which is not in the vocab`);

  /** Ids of the characters; such without one are left out where there is no token for them. */
  const symbols = (word: string): number[] => {
    const ids: number[] = [];
    let unknown: number | undefined;
    const chars = [...word];
    for (const [i, char] of chars.entries()) {
      const token = (i > 0 ? prefix : "") + char + (i === chars.length - 1 ? suffix : "");
      const id = vocabulary.get(token);
      if (id !== undefined) {
        if (unknown !== undefined) ids.push(unknown);
        unknown = undefined;
        ids.push(id);
        continue;
      }
      const bytes = usesBytes ? byteTokens(vocabulary, token) : undefined;
      if (bytes !== undefined) for (const byte of bytes) ids.push(byte);
      else if (unknownToken !== undefined) {
        if (unknown !== undefined && !fuses) ids.push(unknown);
        unknown = unknownId();
      }
    }
    if (unknown !== undefined) ids.push(unknown);
    return ids;
  };

  const encode = (word: string): readonly number[] => {
    const whole = ignoresMerges ? vocabulary.get(word) : undefined;
    return whole !== undefined ? [whole] : merged(symbols(word), merges);
  };
  return {
    vocabulary,
    encode(word) {
      if (word.length > CACHED_LENGTH) return encode(word);
      let ids = cache.get(word);
      if (ids === undefined) {
        ids = encode(word);
        if (cache.size >= CACHED_WORDS) cache.clear();
        cache.set(word, ids);
      }
      return ids;
    },
  };
};

/** @param skipped length of what a token within a word begins with, which a merge leaves out */
const mergesOf = (part: Part, vocabulary: ReadonlyMap<string, number>, skipped: number): Merges => {
  const ranks = new Map<number, number>();
  const results: number[] = [];
  const idOf = (token: string, i: number): number => {
    const id = vocabulary.get(token);
    if (id === undefined)
      return part.fail(`has merges[${i}], which needs the token ${shown(token)} that vocab lacks`);
    return id < PAIR
      ? id
      : part.fail(`merges the token ${shown(token)} with the id ${id}; ids of merged tokens are below 2²⁶`);
  };
  for (const [i, merge] of part.list("merges").entries()) {
    const [left, right, ...more] = Array.isArray(merge)
      ? merge
      : typeof merge === "string"
        ? merge.split(" ")
        : [];
    if (typeof left !== "string" || typeof right !== "string" || more.length > 0)
      part.fail(`has merges[${i}] ${shown(merge)}; it must be a pair of tokens`);
    ranks.set(idOf(left, i) * PAIR + idOf(right, i), i);
    results.push(idOf(left + right.slice(skipped), i));
  }
  return { ranks, results };
};

/** A list of symbols, linked both ways, is joined where the rank is lowest, then furthest left. */
const merged = (ids: number[], { ranks, results }: Merges): number[] => {
  const { length } = ids;
  const next = Int32Array.from({ length }, (_, i) => i + 1);
  const before = Int32Array.from({ length }, (_, i) => i - 1);
  const isGone = new Uint8Array(length);
  const queue = new MinHeap();
  const rankAt = (i: number): number | undefined =>
    i < 0 || next[i]! >= length ? undefined : ranks.get(ids[i]! * PAIR + ids[next[i]!]!);
  const enqueue = (i: number) => {
    const rank = rankAt(i);
    if (rank !== undefined) queue.push(rank * WORD + i);
  };
  for (let i = 0; i + 1 < length; i++) enqueue(i);
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const at = key % WORD;
    const result = results[Math.floor(key / WORD)]!;
    const rank = isGone[at] ? undefined : rankAt(at);
    if (rank === undefined || results[rank] !== result) continue;
    const gone = next[at]!;
    [ids[at], next[at], isGone[gone]] = [result, next[gone]!, 1];
    if (next[at]! < length) before[next[at]!] = at;
    enqueue(before[at]!);
    enqueue(at);
  }
  return ids.filter((_, i) => !isGone[i]);
};
