import { toRegExpDetails } from "oniguruma-to-es";
import { SafeRegExp } from "./safe-regexp";

/**
 * A pattern of `tokenizer.json`, which Python's tokenizers give to Oniguruma.
 *
 * @throws SyntaxError for what is none, or what has no equal in ECMAScript
 */
export const onigurumaRegExp = (pattern: string): SafeRegExp => {
  let details: { pattern: string; flags: string };
  try {
    details = toRegExpDetails(spelledOut(pattern), { target: "ES2024", accuracy: "strict" });
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : String(error));
  }
  return new SafeRegExp(details.pattern, details.flags.replace(/[dgy]/g, ""));
};

/** Oniguruma's word characters in a class; outside of one, some of Latin-1's digits count besides. */
const inClass = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
const word = `[${inClass}\\u00b2\\u00b3\\u00b9\\u00bc-\\u00be]`;
const boundary = `(?:(?<!${word})(?=${word})|(?<=${word})(?!${word}))`;
const noBoundary = `(?:(?<!${word})(?!${word})|(?<=${word})(?=${word}))`;

const outside: Readonly<Record<string, string>> = {
  "\\w": word,
  "\\W": `[^${word.slice(1)}`,
  "\\b": boundary,
  "\\B": noBoundary,
};
const inside: Readonly<Record<string, string>> = { "\\w": inClass, "\\W": `[^${inClass}]` };

/** The pattern with its word characters spelled out. */
const spelledOut = (pattern: string): string => {
  let depth = 0;
  return pattern.replace(/\\[\s\S]|\[:\^?\w+:\]|\[|\]/gu, (part, at: number) => {
    if (part.startsWith("\\")) return (depth > 0 ? inside : outside)[part] ?? part;
    if (part === "[") depth++;
    // The first one of a class stands for itself.
    else if (part === "]" && depth > 0 && !/\[\^?$/.test(pattern.slice(Math.max(0, at - 2), at))) depth--;
    return part;
  });
};
