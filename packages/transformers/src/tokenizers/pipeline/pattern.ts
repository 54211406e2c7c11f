import { onigurumaRegExp, SafeRegExp } from "../../regex";
import { type Part, shown } from "./part";

/** Start and end of what matched and of what lies between, in order; together they are the whole text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly matches: boolean;
}

/** Finds all matches of a pattern in a text. */
export type Finder = (text: string) => Span[];

/** The pattern `{ "String": … }` or `{ "Regex": … }` of a part. */
export const finderOf = (part: Part): Finder => {
  const pattern = part.part("pattern");
  if (pattern.has("String")) return literal(pattern.text("String"));
  const source = pattern.text("Regex");
  let regExp: SafeRegExp;
  try {
    regExp = onigurumaRegExp(source);
  } catch (error) {
    return part.fail(
      `has the pattern ${shown(source)}, which cannot be used (${error instanceof Error ? error.message : error})`,
    );
  }
  return (text) => {
    try {
      return spans(text, regExp.matches(text));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return part.fail(`has the pattern ${shown(source)}: ${error.message}`);
    }
  };
};

export const spans = (
  text: string,
  matches: Iterable<{ readonly start: number; readonly end: number }>,
): Span[] => {
  const found: Span[] = [];
  let last = 0;
  for (const { start, end } of matches) {
    if (start > last) found.push({ start: last, end: start, matches: false });
    found.push({ start, end, matches: true });
    last = end;
  }
  if (last < text.length) found.push({ start: last, end: text.length, matches: false });
  return found;
};

/** Every occurrence of a text. */
export const literal = (wanted: string): Finder => {
  if (wanted === "") return (text) => spans(text, new SafeRegExp("", "u").matches(text));
  return (text) => {
    const matches = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
      matches.push({ start: at, end: at + wanted.length });
    return spans(text, matches);
  };
};

/** Each character of a class by itself. */
export const characters =
  (has: RegExp): Finder =>
  (text) => {
    const each = new RegExp(has, "gu");
    return spans(
      text,
      Array.from(text.matchAll(each), ({ index, 0: char }) => ({ start: index, end: index + char.length })),
    );
  };

/** Unicode's white space: JavaScript's `\s` has the byte order mark besides, and lacks U+0085. */
export const whiteSpace = /\p{White_Space}/u;
/** What Rust's `\w` matches. */
export const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
/** Punctuation in BERT's sense: Unicode's, and all other ASCII signs. */
export const punctuation = /[\p{P}!-/:-@[-`{-~]/u;
