import { TransformersError } from "../errors";
import { type AddedToken, shown } from "./pipeline";
import { type SpecialName, type SpecialTokens, specialNames, type TokenizerConfig } from "./tokenizer-json";

/** What a repository says of its special and added tokens. */
export interface DeclaredTokens {
  readonly named: Partial<Readonly<Record<SpecialName, AddedToken>>>;
  /** Special tokens with a name of the model's own, such as `image_token`. */
  readonly own: readonly AddedToken[];
  /** Special tokens without a name. */
  readonly extra: readonly AddedToken[];
  /** Other added tokens, by their id in the file. */
  readonly added: readonly AddedToken[];
}

const flags = ["single_word", "lstrip", "rstrip", "normalized", "special"] as const;

/** A token that is written as text, or as an object with `content` and options. */
const tokenOf = (who: string, place: string, json: unknown, special: boolean): AddedToken => {
  const fields = typeof json === "string" ? { content: json } : json;
  const given = typeof fields === "object" && fields !== null ? (fields as Record<string, unknown>) : {};
  if (typeof given.content !== "string")
    throw new TransformersError(`${who}: ${place} is ${shown(json)}; it must be a token`);
  const wrong = flags.find((flag) => given[flag] !== undefined && typeof given[flag] !== "boolean");
  if (wrong !== undefined)
    throw new TransformersError(
      `${who}: ${wrong} of ${place} is ${shown(given[wrong])}; it must be true or false`,
    );
  const isSpecial = special || given.special === true;
  return {
    content: given.content,
    single_word: given.single_word === true,
    lstrip: given.lstrip === true,
    rstrip: given.rstrip === true,
    normalized: typeof given.normalized === "boolean" ? given.normalized : !isSpecial,
    special: isSpecial,
  };
};

const isStandard = (key: string) => specialNames.some((name) => key === `${name}_token`);

/**
 * The tokens that the files name.
 *
 * @param defaults of the class, for names that the configuration does not mention; an explicit null means none
 */
export const declaredTokens = (
  who: string,
  config: TokenizerConfig,
  defaults: Partial<Readonly<Record<SpecialName, string | null>>>,
  extraDefaults: readonly string[],
): DeclaredTokens => {
  const added = decoderOf(who, config);
  const byContent = new Map(added.map((token) => [token.content, token]));
  const named: Partial<Record<SpecialName, AddedToken>> = {};
  for (const name of specialNames) {
    const key = `${name}_token`;
    const given = config[key];
    const json = given === undefined ? defaults[name] : given;
    if (json === undefined || json === null) continue;
    const token = tokenOf(who, key, json, true);
    // Options of the list of added tokens hold for a name that the configuration gives.
    const listed = given === undefined ? undefined : byContent.get(token.content);
    named[name] = listed === undefined ? token : { ...listed, special: true };
  }
  const ownKeys = Object.keys(config).filter(
    (key) => key.endsWith("_token") && !isStandard(key) && typeof config[key] === "string",
  );
  const { list, record } = extrasOf(who, config);
  return {
    named,
    own: [
      ...ownKeys.map((key) => tokenOf(who, key, config[key], true)),
      ...Object.entries(record).map(([key, json]) => tokenOf(who, key, json, true)),
    ],
    extra: (list ?? extraDefaults).map((json) => tokenOf(who, "extra_special_tokens", json, true)),
    added,
  };
};

const extrasOf = (
  who: string,
  config: TokenizerConfig,
): { list: readonly unknown[] | undefined; record: Readonly<Record<string, unknown>> } => {
  const isEmpty = (value: unknown) =>
    value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
  const given = [config.extra_special_tokens, config.additional_special_tokens].find(
    (value) => !isEmpty(value),
  );
  if (given === undefined) return { list: undefined, record: {} };
  if (Array.isArray(given)) return { list: given, record: {} };
  if (typeof given === "object") return { list: undefined, record: given as Record<string, unknown> };
  throw new TransformersError(`${who}: extra_special_tokens is ${shown(given)}; it must be a list of tokens`);
};

const decoderOf = (who: string, config: TokenizerConfig): AddedToken[] => {
  const json = config.added_tokens_decoder ?? {};
  if (typeof json !== "object" || Array.isArray(json))
    throw new TransformersError(
      `${who}: added_tokens_decoder is ${shown(json)}; it must be an object of tokens`,
    );
  const entries = Object.entries(json);
  const wrong = entries.find(([id]) => !/^\d+$/.test(id));
  if (wrong !== undefined)
    throw new TransformersError(
      `${who}: added_tokens_decoder has the id ${shown(wrong[0])}; ids are whole numbers`,
    );
  return entries
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, token]) => tokenOf(who, `added_tokens_decoder[${id}]`, token, false));
};

/** The texts of the named tokens. */
export const textsOf = ({ named }: DeclaredTokens): SpecialTokens =>
  Object.fromEntries(Object.entries(named).map(([name, { content }]) => [name, content]));

/**
 * Tokens to be added to a tokenizer that has some, as Python's constructor finds them: those of the list that are
 * not there with the same options, then special ones that are not there at all.
 */
export const tokensToAdd = (declared: DeclaredTokens, present: readonly AddedToken[]): AddedToken[] => {
  const isSame = (a: AddedToken, b: AddedToken) => flags.every((flag) => a[flag] === b[flag]);
  const byContent = new Map(present.map((token) => [token.content, token]));
  const nameds = specialNames.flatMap((name) => declared.named[name] ?? []);
  const names = new Set([...nameds, ...declared.own].map(({ content }) => content));
  const tokens = declared.added
    .filter((token) => {
      const known = byContent.get(token.content);
      return known === undefined || !isSame(known, token);
    })
    .map((token) => (names.has(token.content) ? { ...token, special: true } : token));
  const known = new Set([...byContent.keys(), ...tokens.map(({ content }) => content)]);
  for (const token of [...nameds, ...declared.own, ...declared.extra]) {
    if (known.has(token.content)) continue;
    known.add(token.content);
    tokens.push(token);
  }
  return tokens;
};
