import { TransformersError } from "../errors";
import { type HubOptions, resolveRepo } from "../hub";
import { type FileSet, readJson } from "../io";
import { shown } from "./pipeline";
import { PreTrainedTokenizer } from "./pretrained-tokenizer";
import { tokenizerClasses } from "./tokenizer-class";
import { classNameOf } from "./tokenizer-class-names";
import { specialNames, type TokenizerConfig, type TokenizerJson } from "./tokenizer-json";
import { fromLines, fromMerges } from "./vocabulary-files";

export const AutoTokenizer = {
  /**
   * The tokenizer of a model, as Python's transformers 5 builds it: from `tokenizer.json`, or from `vocab.json` and
   * `merges.txt` (GPT-2, OPT, RoBERTa, Qwen2), or from `vocab.txt` (BERT), honouring `tokenizer_config.json`,
   * `special_tokens_map.json` and `added_tokens.json`.
   * @param idOrFolder hub id, folder, or a set of files
   * Rejects with a `TransformersError`, one sentence, when files are missing or broken.
   */
  async fromPretrained(idOrFolder: string | FileSet, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    const files = typeof idOrFolder === "string" ? await resolveRepo(idOrFolder, options) : idOrFolder;
    const { name } = files;
    const hasJson = await files.has("tokenizer.json");
    const json = hasJson ? checked(name, await readJson(files, "tokenizer.json")) : undefined;
    const config = await readConfig(files, json);
    const { className, given } = await findClass(files, config);
    if (json !== undefined) return new PreTrainedTokenizer({ name, json, config, className, hasJson });
    return new PreTrainedTokenizer({
      name,
      config,
      hasJson,
      ...(await fromVocabulary(files, className, given)),
    });
  },
};

const isId = (id: unknown): id is number => Number.isSafeInteger(id) && (id as number) >= 0;

const readOptional = async (files: FileSet, file: string) =>
  (await files.has(file)) ? readJson(files, file) : undefined;

/** `tokenizer_config.json` with what older releases kept in files of their own. */
const readConfig = async (files: FileSet, json: TokenizerJson | undefined): Promise<TokenizerConfig> => {
  const config = (await readOptional(files, "tokenizer_config.json")) ?? {};
  // Python reads the older files only where the newer list is missing; they win then.
  if ("added_tokens_decoder" in config) return config;
  const map = (await readOptional(files, "special_tokens_map.json")) ?? {};
  const added = (await readOptional(files, "added_tokens.json")) ?? {};
  const merged: Record<string, unknown> = { ...config, ...map };
  const extra = map.extra_special_tokens ?? config.extra_special_tokens ?? config.additional_special_tokens;
  const special = new Set(
    textsOf([...specialNames.map((name) => merged[`${name}_token`]), ...listOf(extra)]),
  );
  const decoder = new Map<number, unknown>();
  for (const [content, id] of Object.entries(added)) {
    if (!isId(id))
      throw new TransformersError(
        `${files.name}: added_tokens.json gives ${shown(content)} the id ${shown(id)}; ids are whole numbers`,
      );
    const isSpecial = special.has(content);
    decoder.set(id, { content, normalized: !isSpecial, special: isSpecial });
  }
  for (const token of json?.added_tokens ?? []) {
    decoder.set((token as { id: number }).id, token);
  }
  return decoder.size > 0 ? { ...merged, added_tokens_decoder: Object.fromEntries(decoder) } : merged;
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Texts of tokens, each a text or an object with `content`. */
const textsOf = (tokens: readonly unknown[]): string[] =>
  tokens.flatMap((token) => {
    const content =
      typeof token === "string" ? token : (token as { content?: unknown } | null | undefined)?.content;
    return typeof content === "string" ? [content] : [];
  });

/** @returns the class that is built, and the one that the repository names */
const findClass = async (files: FileSet, config: TokenizerConfig) => {
  const model = (await readOptional(files, "config.json")) ?? {};
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const given = text(config.tokenizer_class) ?? text(model.tokenizer_class);
  return { className: classNameOf(given, text(model.model_type)), given };
};

/** Classes that say nothing of the files. */
const generic = /^(TokenizersBackend|PreTrainedTokenizer|PreTrainedTokenizerFast)?$/;

const fromVocabulary = async (
  files: FileSet,
  found: string,
  given: string | undefined,
): Promise<{ json: TokenizerJson; className: string }> => {
  const [vocab, merges, lines] = [
    await files.has("vocab.json"),
    await files.has("merges.txt"),
    await files.has("vocab.txt"),
  ];
  const named = given === undefined || generic.test(given) ? "any" : undefined;
  const makes = Object.hasOwn(tokenizerClasses, found) ? tokenizerClasses[found]!.files : named;
  if (lines && (makes === "vocab.txt" || (makes === "any" && !vocab && !merges)))
    return { json: await fromLines(files), className: makes === "any" ? "BertTokenizer" : found };
  if (vocab && merges) {
    if (makes === "vocab.json" || makes === "any")
      return { json: await fromMerges(files), className: makes === "any" ? "GPT2Tokenizer" : found };
    throw new TransformersError(
      `${files.name}: a ${given ?? found} cannot be built from vocab.json and merges.txt; add its tokenizer.json`,
    );
  }
  const half = vocab
    ? " (merges.txt is missing)"
    : merges
      ? " (vocab.json is missing)"
      : ", or BERT's vocab.txt";
  throw new TransformersError(
    `${files.name} has no tokenizer: tokenizer.json, or vocab.json and merges.txt, is needed${half}`,
  );
};

/** Fills in what older files leave out. */
const checked = (name: string, json: Record<string, unknown>): TokenizerJson => {
  const { model, added_tokens = [] } = json;
  const vocab = (model as { vocab?: unknown } | null | undefined)?.vocab;
  if (typeof vocab !== "object" || vocab === null)
    throw new TransformersError(`${name}: tokenizer.json has no model with a vocabulary`);
  if (!Array.isArray(added_tokens))
    throw new TransformersError(
      `${name}: added_tokens of tokenizer.json is ${shown(added_tokens)}; it must be a list`,
    );
  const wrong = added_tokens.findIndex((token) => !isId((token as { id?: unknown } | null)?.id));
  if (wrong >= 0)
    throw new TransformersError(
      `${name}: added_tokens[${wrong}] of tokenizer.json is ${shown(added_tokens[wrong])}; it must be an object with an id`,
    );
  const absent = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  return { ...absent, ...json, added_tokens, model: model as TokenizerJson["model"] };
};
