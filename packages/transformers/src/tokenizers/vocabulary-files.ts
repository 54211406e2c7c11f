import { TransformersError } from "../errors";
import { type FileSet, readJson, readText } from "../io";
import { shown } from "./pipeline";
import type { TokenizerJson } from "./tokenizer-json";

const none = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

/** Byte-level BPE as older files hold it; the class makes the rest. */
export const fromMerges = async (files: FileSet): Promise<TokenizerJson> => {
  const vocab = await readJson(files, "vocab.json");
  for (const [token, id] of Object.entries(vocab))
    if (!Number.isSafeInteger(id) || (id as number) < 0)
      throw new TransformersError(`${files.name}: vocab.json gives ${shown(token)} the id ${shown(id)}`);
  const merges = parseMerges(files.name, vocab, await readText(files, "merges.txt"));
  return { ...none, model: { type: "BPE", vocab, merges } };
};

/** WordPiece as BERT's file holds it: a token a line. */
export const fromLines = async (files: FileSet): Promise<TokenizerJson> => {
  const lines = (await readText(files, "vocab.txt")).replace(/\r?\n$/, "").split("\n");
  const vocab = Object.fromEntries(lines.map((line, id) => [line.trimEnd(), id]));
  return { ...none, model: { type: "WordPiece", vocab } };
};

const parseMerges = (
  who: string,
  vocab: Readonly<Record<string, unknown>>,
  text: string,
): [string, string][] => {
  const merges: [string, string][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#version")) continue;
    const parts = line.split(" ");
    const place = `line ${index + 1} of merges.txt`;
    if (parts.length !== 2) throw new TransformersError(`${who}: ${place} is no pair of tokens`);
    const missing = [...parts, parts.join("")].find((token) => !Object.hasOwn(vocab, token));
    if (missing !== undefined)
      throw new TransformersError(
        `${who}: ${place} needs the token ${JSON.stringify(missing)}, which vocab.json lacks`,
      );
    merges.push(parts as [string, string]);
  }
  return merges;
};
