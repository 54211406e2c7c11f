import { encodeBytes } from "./bytes";
import { type Piece, sliced } from "./normalizers";
import { flattened, inTurn, type Part } from "./part";
import {
  characters,
  type Finder,
  finderOf,
  literal,
  punctuation,
  type Span,
  spans,
  whiteSpace,
  wordCharacter,
} from "./pattern";
import { scriptSpans } from "./scripts";

export type PreTokenizer = (piece: Piece) => Piece[];

/** @param part `pre_tokenizer` of tokenizer.json, null for none */
export const preTokenizerOf = (part: Part | null): PreTokenizer => {
  if (part === null) return (piece) => [piece];
  const steps = flattened(part, "pretokenizers").map((step) => {
    const split = stepOf(step);
    return (pieces: Piece[]) => pieces.flatMap((piece) => split(piece).filter(({ text }) => text !== ""));
  });
  const split = inTurn(part, steps, (pieces) => pieces.reduce((sum, { text }) => sum + text.length, 0));
  return (piece) => split([piece]);
};

const stepOf = (part: Part): PreTokenizer => {
  const make = Object.hasOwn(kinds, part.type) ? kinds[part.type] : undefined;
  return (
    make?.(part) ??
    part.fail(`is of type ${part.type}, which is not supported; there are ${Object.keys(kinds).join(", ")}`)
  );
};

/** What becomes of matches. */
type Behavior = "removed" | "isolated" | "mergedwithprevious" | "mergedwithnext" | "contiguous";

const behaviors: Readonly<Record<Behavior, (found: readonly Span[]) => { start: number; end: number }[]>> = {
  removed: (found) => found.filter(({ matches }) => !matches),
  isolated: (found) => [...found],
  contiguous: (found) => merged(found, (span, before) => span.matches === before.matches),
  mergedwithprevious: (found) => merged(found, (span, before) => span.matches && !before.matches),
  mergedwithnext: (found) => merged(found, (span, before) => !span.matches && before.matches),
};

/** Spans joined to the one before where `joins` says so. */
const merged = (found: readonly Span[], joins: (span: Span, before: Span) => boolean) => {
  const result: { start: number; end: number }[] = [];
  for (const [i, span] of found.entries()) {
    const before = found[i - 1];
    if (before !== undefined && joins(span, before)) result.at(-1)!.end = span.end;
    else result.push({ start: span.start, end: span.end });
  }
  return result;
};

const splitter =
  (find: Finder, behavior: Behavior): PreTokenizer =>
  (piece) =>
    behaviors[behavior](find(piece.text)).map(({ start, end }) => sliced(piece, start, end));

const behaviorOf = (part: Part, fallback?: string): Behavior => {
  const name = part.text("behavior", fallback).toLowerCase();
  if (Object.hasOwn(behaviors, name)) return name as Behavior;
  return part.fail(
    `has the behavior ${name}; there are Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous`,
  );
};

const bert: PreTokenizer = (() => {
  const words = splitter(characters(whiteSpace), "removed");
  const signs = splitter(characters(punctuation), "isolated");
  return (piece) => words(piece).flatMap(signs);
})();

const gpt2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const nativeFinder =
  (pattern: RegExp): Finder =>
  (text) =>
    spans(
      text,
      Array.from(text.matchAll(pattern), ({ index, 0: all }) => ({ start: index, end: index + all.length })),
    );

const byteLevel = (part: Part): PreTokenizer => {
  const prefixed = part.flag("add_prefix_space", true);
  const words = part.flag("use_regex", true) ? splitter(nativeFinder(gpt2), "isolated") : undefined;
  return (piece) => {
    const whole = prefixed && !piece.text.startsWith(" ") ? prepended(" ", piece) : piece;
    return (words?.(whole) ?? [whole]).map(({ text, origin }) => ({
      text: encodeBytes(text),
      origin: encodeBytes(text.slice(0, origin)).length,
    }));
  };
};

const prepended = (prefix: string, { text, origin }: Piece): Piece => ({
  text: prefix + text,
  origin: prefix.length + origin,
});

export type PrependScheme = "always" | "first" | "never";

/** Older files say `add_prefix_space` instead. */
export const prependSchemeOf = (part: Part): PrependScheme => {
  const fallback = part.has("add_prefix_space") && !part.flag("add_prefix_space") ? "never" : "always";
  const scheme = part.text("prepend_scheme", fallback);
  if (scheme !== "always" && scheme !== "first" && scheme !== "never")
    return part.fail(`has the prepend_scheme ${scheme}; there are always, first, never`);
  if (scheme !== "never" && fallback === "never")
    return part.fail(`says add_prefix_space false and prepend_scheme ${scheme}`);
  return scheme;
};

const metaspace = (part: Part): PreTokenizer => {
  const replacement = part.char("replacement", "▁");
  const scheme = prependSchemeOf(part);
  const words = part.flag("split", true) ? splitter(literal(replacement), "mergedwithnext") : undefined;
  return ({ text, origin }) => {
    const blanks = { text: text.replaceAll(" ", replacement), origin };
    const prepends = scheme === "always" || (scheme === "first" && origin > 0);
    const whole = prepends && !blanks.text.startsWith(replacement) ? prepended(replacement, blanks) : blanks;
    return words?.(whole) ?? [whole];
  };
};

const split = (part: Part): PreTokenizer => {
  const find = finderOf(part);
  const behavior = behaviorOf(part);
  if (!part.flag("invert")) return splitter(find, behavior);
  const others: Finder = (text) => find(text).map((span) => ({ ...span, matches: !span.matches }));
  return splitter(others, behavior);
};

const fixedLength = (part: Part): PreTokenizer => {
  const length = part.count("length", 5);
  if (length === 0) part.fail("has length 0");
  const chunks = new RegExp(`[^]{1,${Math.min(length, 2 ** 30)}}`, "gu");
  return splitter(nativeFinder(chunks), "isolated");
};

const word = wordCharacter.source.slice(1, -1);
const kinds: Readonly<Record<string, (part: Part) => PreTokenizer>> = {
  BertPreTokenizer: () => bert,
  ByteLevel: byteLevel,
  CharDelimiterSplit: (part) => splitter(literal(part.char("delimiter")), "removed"),
  Digits: (part) =>
    splitter(characters(/\p{N}/u), part.flag("individual_digits", false) ? "isolated" : "contiguous"),
  FixedLength: fixedLength,
  Metaspace: metaspace,
  Punctuation: (part) => splitter(characters(punctuation), behaviorOf(part, "isolated")),
  Split: split,
  UnicodeScripts: () => splitter(scriptSpans, "removed"),
  Whitespace: () => {
    const words = nativeFinder(new RegExp(`[${word}]+|[^${word}\\p{White_Space}]+`, "gu"));
    return splitter((text) => words(text).map((span) => ({ ...span, matches: !span.matches })), "removed");
  },
  WhitespaceSplit: () => splitter(characters(whiteSpace), "removed"),
};
