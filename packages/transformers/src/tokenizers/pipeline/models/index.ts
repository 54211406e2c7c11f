import type { Part } from "../part";
import { bpe } from "./bpe";
import type { Model } from "./model";
import { unigram } from "./unigram";
import { wordLevel } from "./word-level";
import { wordPiece } from "./word-piece";

export type { Model } from "./model";

const kinds: Readonly<Record<string, (part: Part) => Model>> = {
  BPE: bpe,
  Unigram: unigram,
  WordLevel: wordLevel,
  WordPiece: wordPiece,
};

/** The kind of a model; older files do not say it. */
export const modelType = (part: Part): string => {
  if (part.has("type")) return part.type;
  if (part.has("merges")) return "BPE";
  if (Array.isArray(part.value("vocab"))) return "Unigram";
  return part.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
};

export const modelOf = (part: Part): Model => {
  const type = modelType(part);
  const make = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  return (
    make?.(part) ??
    part.fail(`is of type ${type}, which is not supported; there are ${Object.keys(kinds).join(", ")}`)
  );
};
