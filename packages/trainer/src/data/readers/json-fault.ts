import { createScanner } from "jsonc-parser";

/** Where JSON text stops being JSON. */
export interface JsonFault {
  /** Offset in UTF-16 units. */
  readonly offset: number;
  readonly line: number;
  /** In its line, from 1. */
  readonly column: number;
  readonly reason: string;
}

/** What is wrong with a token itself, in the order of the library's `ScanError`. */
const broken = [
  null,
  "a comment, which JSON does not have",
  "a string that does not end in its line",
  "a number without digits where some belong",
  "an escape \\u without four hexadecimal digits",
  "an unknown escape in a string",
  "a bare control character in a string",
];

type Wanted = "value" | "item" | "member" | "key" | "colon" | "more";

/**
 * Finds the first fault of a JSON text, since the engine's own message names a position only sometimes. Null if the
 * text is sound. The library finds the tokens; how they follow each other is told here, since its own walk takes call
 * stack for nesting.
 */
export const findJsonFault = (text: string): JsonFault | null => {
  const scanner = createScanner(text);
  const open: ("[" | "{")[] = [];
  let wanted: Wanted = "value";
  for (;;) {
    do scanner.scan();
    while (isSpace(text[scanner.getTokenOffset()]));
    const offset = scanner.getTokenOffset();
    const token = text.slice(offset, offset + scanner.getTokenLength());
    const inside = open.at(-1);
    if (token === "" && wanted === "more" && inside === undefined) return null;

    const reason = broken[token.startsWith("/") ? 1 : scanner.getTokenError()];
    const next: Wanted | null = reason == null ? follow(token, wanted, open) : null;
    if (next === null) {
      const found = token === "" ? "the end" : JSON.stringify(token.slice(0, 20));
      return faultAt(text, offset, reason ?? `expected ${nameOf(wanted, inside)}, but found ${found}`);
    }
    wanted = next;
  }
};

/** What is wanted after a token, or null where it may not stand. */
const follow = (token: string, wanted: Wanted, open: ("[" | "{")[]): Wanted | null => {
  const inside = open.at(-1);
  switch (wanted) {
    case "colon":
      return token === ":" ? "value" : null;
    case "more":
      if (inside !== undefined && token === ",") return inside === "[" ? "value" : "key";
      return closes(token, open) ? "more" : null;
    case "key":
    case "member":
      if (token.startsWith('"')) return "colon";
      return wanted === "member" && closes(token, open) ? "more" : null;
    case "item":
    case "value":
      if (token === "[" || token === "{") {
        open.push(token);
        return token === "[" ? "item" : "member";
      }
      if (scalar.test(token)) return "more";
      return wanted === "item" && closes(token, open) ? "more" : null;
  }
};

const scalar = /^(?:"|-?\d|true$|false$|null$)/;

const closes = (token: string, open: ("[" | "{")[]): boolean => {
  const isClosing = token !== "" && token === closing[open.at(-1) ?? "none"];
  if (isClosing) open.pop();
  return isClosing;
};

const closing = { "[": "]", "{": "}", none: "" };

const nameOf = (wanted: Wanted, inside: "[" | "{" | undefined): string => {
  if (wanted === "colon") return '":" after the key';
  if (wanted === "key" || wanted === "member") return "a key in double quotes";
  if (wanted !== "more") return "a value";
  return inside === undefined ? "the end" : `"," or "${closing[inside]}"`;
};

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && " \t\r\n".includes(character);

const faultAt = (text: string, offset: number, reason: string): JsonFault => {
  const lines = text.slice(0, offset).split("\n");
  return { offset, line: lines.length, column: lines.at(-1)!.length + 1, reason };
};
