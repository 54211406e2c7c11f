import { TransformersError } from "../errors";
import { modelType, Part, Pipeline, shown } from "./pipeline";
import { type DeclaredTokens, declaredTokens, textsOf, tokensToAdd } from "./special-tokens";
import { type TokenizerClass, tokenizerClasses } from "./tokenizer-class";
import {
  type SpecialName,
  type SpecialTokens,
  specialNames,
  type TokenizerConfig,
  type TokenizerJson,
} from "./tokenizer-json";

/** What the files of a repository say. */
export interface TokenizerFiles {
  /** For messages. */
  readonly name: string;
  /** Of `tokenizer.json`, or of a vocabulary and merges. */
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
  /** Python's class. */
  readonly className: string;
  /** Whether there is a `tokenizer.json`; Python drops `add_bos_token` and `add_eos_token` then. */
  readonly hasJson: boolean;
}

export interface BuiltTokenizer {
  /** As it acts, for saving. */
  readonly json: TokenizerJson;
  readonly pipeline: Pipeline;
  readonly special: SpecialTokens;
  readonly paddingSide: "left" | "right";
  readonly truncationSide: "left" | "right";
}

/**
 * The tokenizer that Python makes of the files: Llama's, GPT-2's, BERT's and their kin by class, others as
 * `tokenizer.json` says; then the tokens that the configuration names are added.
 *
 * @throws TransformersError for what is broken or not supported
 */
export const buildTokenizer = (files: TokenizerFiles): BuiltTokenizer => {
  const { name, json, className, hasJson } = files;
  const kind = Object.hasOwn(tokenizerClasses, className) ? tokenizerClasses[className] : undefined;
  const config = withPadding(files, kind);
  const declared = declaredTokens(name, config, kind?.defaults ?? {}, kind?.extra?.(config) ?? []);
  const special = textsOf(declared);
  const fromFile = kind === undefined ? json : byClass(files, kind, config, special);
  const first = new Pipeline(name, { ...fromFile, post_processor: null });
  const added = tokensToAdd(
    declared,
    first.addedTokens().map(([, token]) => token),
  );
  first.add(added);
  if (kind?.addsAgain) first.add(resetTokens(declared));

  const given = { config, special, idOf: (token: string) => first.idOf(token), charsMap: undefined };
  const processor = kind?.postProcessor?.(given) ?? fromFile.post_processor;
  const asks = !hasJson && ("add_bos_token" in config || "add_eos_token" in config);
  const boundary = boundaryTemplate(first, special, {
    bos: hasJson ? kind?.addsBos === true : truthy(config.add_bos_token ?? kind?.addsBos),
    eos: !hasJson && truthy(config.add_eos_token),
  });
  const isBoundary = asks || kind?.addsBos === true || processor === "bos and eos" || processor == null;
  const whole = {
    ...fromFile,
    added_tokens: first.addedTokens().map(([id, token]) => ({ id, ...token })),
    post_processor:
      isBoundary && (kind?.postProcessor === undefined || processor === "bos and eos") ? boundary : processor,
  };
  return {
    json: whole,
    pipeline: new Pipeline(name, whole, { splitsSpecial: config.split_special_tokens === true }),
    special,
    paddingSide: side(name, config, json.padding, "padding_side") ?? kind?.paddingSide ?? "right",
    truncationSide: side(name, config, json.truncation, "truncation_side") ?? "right",
  };
};

const truthy = (value: unknown): boolean => Boolean(value);

/** The padding token of `tokenizer.json`, where neither configuration nor class says something of it. */
const withPadding = ({ config, json }: TokenizerFiles, kind: TokenizerClass | undefined): TokenizerConfig => {
  const token = (json.padding as { pad_token?: unknown } | null | undefined)?.pad_token;
  const decided = "pad_token" in config || (kind !== undefined && "pad" in kind.defaults);
  return typeof token === "string" && !decided ? { ...config, pad_token: token } : config;
};

const resetTokens = ({ named, own, extra }: DeclaredTokens) =>
  [...specialNames.flatMap((name) => named[name] ?? []), ...own, ...extra].map(({ content }) => ({
    ...{ content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }));

/** The parts that the class makes itself, with the file's vocabulary, merges and post-processor. */
const byClass = (
  { name, json }: TokenizerFiles,
  kind: TokenizerClass,
  config: TokenizerConfig,
  special: Partial<Readonly<Record<SpecialName, string>>>,
): TokenizerJson => {
  const part = new Part(name, "model", json.model);
  const vocab = vocabOf(part, kind.model);
  const idOf = (token: string) => (vocab as Record<string, number>)[token];
  const given = { config, special, idOf, charsMap: charsMapOf(json.normalizer) };
  const merges =
    kind.model !== "BPE"
      ? {}
      : { merges: json.model.merges ?? mergesFrom(vocab as Record<string, number>, special) };
  return {
    ...json,
    // They come with the configuration's, which stand for the file's where there are any.
    added_tokens: [],
    normalizer: kind.normalizer?.(given) ?? null,
    pre_tokenizer: kind.preTokenizer(given),
    decoder: kind.decoder(given),
    model: { type: kind.model, ...kind.modelOptions?.(given), vocab, ...merges },
  };
};

/** The vocabulary in the form that a kind of model takes: a list of scores, or an object of ids. */
const vocabOf = (part: Part, kind: TokenizerClass["model"]): unknown => {
  const vocab = part.value("vocab");
  if (kind === "Unigram") {
    if (modelType(part) === "Unigram") return vocab;
    return part.fail(`is of type ${modelType(part)}; the tokenizer's class needs Unigram`);
  }
  if (!Array.isArray(vocab)) return vocab;
  const tokens = vocab.map((piece) => (Array.isArray(piece) ? piece[0] : piece));
  const wrong = tokens.find((token) => typeof token !== "string");
  if (wrong !== undefined) part.fail(`has the token ${shown(wrong)} in its vocab`);
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
};

const charsMapOf = (normalizer: unknown): string | undefined => {
  const { type, normalizers, precompiled_charsmap: map } = (normalizer ?? {}) as Record<string, unknown>;
  if (type === "Precompiled" && typeof map === "string") return map;
  return type === "Sequence" && Array.isArray(normalizers)
    ? normalizers.map(charsMapOf).find(Boolean)
    : undefined;
};

/** Merges of a vocabulary without any: all ways to make a token of two others, the lower ids first. */
const mergesFrom = (
  vocab: Readonly<Record<string, number>>,
  special: Partial<Readonly<Record<SpecialName, string>>>,
): [string, string][] => {
  const ids = new Map(Object.entries(vocab));
  for (const token of Object.values(special)) ids.delete(token);
  const merges: { pair: [string, string]; key: number[] }[] = [];
  for (const [token, id] of ids) {
    const chars = [...token];
    for (let i = 1; i < chars.length; i++) {
      const [left, right] = [chars.slice(0, i).join(""), chars.slice(i).join("")];
      const [a, b] = [ids.get(left), ids.get(right)];
      if (a !== undefined && b !== undefined)
        merges.push({ pair: [left, right], key: [id, i, chars.length - i, a, b] });
    }
  }
  const order = (a: number[], b: number[]) => {
    const i = a.findIndex((value, at) => value !== b[at]);
    return i < 0 ? 0 : a[i]! - b[i]!;
  };
  return merges.sort((a, b) => order(a.key, b.key)).map(({ pair }) => pair);
};

/** The post-processor that puts bos before and eos behind a text. */
const boundaryTemplate = (
  pipeline: Pipeline,
  special: SpecialTokens,
  adds: { readonly bos: boolean; readonly eos: boolean },
): unknown => {
  const [bos, eos] = [adds.bos ? special.bos : undefined, adds.eos ? special.eos : undefined];
  const token = (id: string | undefined, type_id: number) =>
    id === undefined ? [] : [{ SpecialToken: { id, type_id } }];
  const part = (id: "A" | "B", type_id: number) => [
    ...token(bos, type_id),
    { Sequence: { id, type_id } },
    ...token(eos, type_id),
  ];
  const used = [bos, eos].filter((token) => token !== undefined);
  return {
    type: "TemplateProcessing",
    single: part("A", 0),
    pair: [...part("A", 0), ...part("B", 1)],
    special_tokens: Object.fromEntries(
      used.map((token) => [token, { id: token, ids: [pipeline.idOf(token)], tokens: [token] }]),
    ),
  };
};

const side = (
  who: string,
  config: TokenizerConfig,
  section: unknown,
  key: "padding_side" | "truncation_side",
): "left" | "right" | undefined => {
  const direction = (section as { direction?: unknown } | null | undefined)?.direction;
  const given = config[key] ?? (typeof direction === "string" ? direction.toLowerCase() : undefined);
  if (given === undefined || given === "left" || given === "right") return given;
  throw new TransformersError(`${who}: ${key} is ${shown(given)}; it must be left or right`);
};
