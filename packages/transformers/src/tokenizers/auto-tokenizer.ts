import { TransformersError } from "../errors";
import { type HubOptions, resolveRepo } from "../hub";
import { type FileSet, readJson, readText } from "../io";
import { byteLevelBpe } from "./byte-level-bpe";
import { PreTrainedTokenizer } from "./pretrained-tokenizer";
import { isGpt2Class } from "./special-tokens";
import type { TokenizerConfig, TokenizerJson } from "./tokenizer-json";

/** `model_type`s whose tokenizer is GPT-2's in Python's transformers. */
const gpt2ModelTypes = ["codegen", "gpt2", "gpt_neo", "gptj", "opt", "phi", "starcoder2"];

export const AutoTokenizer = {
  /**
   * The tokenizer of a model: from `tokenizer.json`, or as byte-level BPE from `vocab.json` and `merges.txt`
   * (GPT-2, OPT), honouring `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
   * @param idOrFolder hub id, folder, or a set of files
   * Rejects with a `TransformersError`, one sentence, when files are missing or broken.
   */
  async fromPretrained(idOrFolder: string | FileSet, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    const files = typeof idOrFolder === "string" ? await resolveRepo(idOrFolder, options) : idOrFolder;
    const config = await readConfig(files);
    const tokenizerClass = await findClass(files, config);
    const json = await readTokenizer(files, config, tokenizerClass);
    return new PreTrainedTokenizer({ name: files.name, json, config, tokenizerClass });
  },
};

const readOptional = async (files: FileSet, file: string) =>
  (await files.has(file)) ? readJson(files, file) : undefined;

/** `tokenizer_config.json` with what older releases kept in files of their own. */
async function readConfig(files: FileSet): Promise<TokenizerConfig> {
  const config = (await readOptional(files, "tokenizer_config.json")) ?? {};
  // Python reads the older files only where the newer list is missing; they win then.
  if ("added_tokens_decoder" in config) return config;
  const map = (await readOptional(files, "special_tokens_map.json")) ?? {};
  const added = (await readOptional(files, "added_tokens.json")) ?? {};
  const decoder = Object.entries(added).map(([content, id]) => [String(id), { content, normalized: true }]);
  return {
    ...config,
    ...map,
    ...(decoder.length > 0 ? { added_tokens_decoder: Object.fromEntries(decoder) } : {}),
  };
}

async function findClass(files: FileSet, config: TokenizerConfig): Promise<string | undefined> {
  if (typeof config.tokenizer_class === "string") return config.tokenizer_class;
  const modelType = (await readOptional(files, "config.json"))?.model_type;
  return gpt2ModelTypes.includes(String(modelType)) ? "GPT2Tokenizer" : undefined;
}

async function readTokenizer(
  files: FileSet,
  config: TokenizerConfig,
  tokenizerClass: string | undefined,
): Promise<TokenizerJson> {
  if (await files.has("tokenizer.json")) return checkJson(files, await readJson(files, "tokenizer.json"));
  const missing = [];
  for (const file of ["vocab.json", "merges.txt"]) if (!(await files.has(file))) missing.push(file);
  if (missing.length > 0) {
    const half = missing.length === 1 ? ` (${missing[0]} is missing)` : "";
    throw new TransformersError(
      `${files.name} has no tokenizer: tokenizer.json, or vocab.json and merges.txt, is needed${half}`,
    );
  }
  if (tokenizerClass !== undefined && !isGpt2Class(tokenizerClass)) {
    throw new TransformersError(
      `${files.name}: a ${tokenizerClass} cannot be built from vocab.json and merges.txt, only a GPT2Tokenizer; add its tokenizer.json`,
    );
  }
  const vocab = await readJson(files, "vocab.json");
  return byteLevelBpe(files.name, vocab, await readText(files, "merges.txt"), config);
}

/** Fills in what older files leave out. */
function checkJson(files: FileSet, json: Record<string, unknown>): TokenizerJson {
  const { model, added_tokens = [] } = json;
  const vocab = (model as { vocab?: unknown } | null | undefined)?.vocab;
  if (typeof vocab !== "object" || vocab === null || !Array.isArray(added_tokens)) {
    throw new TransformersError(`${files.name}: tokenizer.json has no model with a vocabulary`);
  }
  const typed = "merges" in (model as object) ? { type: "BPE", ...(model as object) } : (model as object);
  return {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...json,
    added_tokens,
    model: typed as TokenizerJson["model"],
  };
}
