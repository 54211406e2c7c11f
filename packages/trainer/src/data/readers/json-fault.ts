import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

/** Where JSON text stops being JSON. */
export interface JsonFault {
  /** Offset in UTF-16 units. */
  readonly offset: number;
  readonly line: number;
  /** In its line, from 1. */
  readonly column: number;
  readonly reason: string;
}

/** What was wanted, by the library's name for the fault. */
const wanted: Readonly<Record<string, string>> = {
  ValueExpected: "expected a value",
  PropertyNameExpected: "expected a key in double quotes",
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected "," or a closing bracket',
  CloseBraceExpected: 'expected "," or "}"',
  CloseBracketExpected: 'expected "," or "]"',
  EndOfFileExpected: "expected the end",
};

/** What is wrong with a token itself. */
const broken: Readonly<Record<string, string>> = {
  UnexpectedEndOfString: "a string that does not end in its line",
  UnexpectedEndOfNumber: "a number without digits where some belong",
  InvalidUnicode: "an escape \\u without four hexadecimal digits",
  InvalidEscapeCharacter: "an unknown escape in a string",
  InvalidCharacter: "a bare control character in a string",
  InvalidCommentToken: "a comment, which JSON does not have",
  UnexpectedEndOfComment: "a comment, which JSON does not have",
};

/**
 * Finds the first fault of a JSON text, since the engine's own message names a position only sometimes. Null if the
 * text is sound, or nested too deeply to be followed.
 */
export const findJsonFault = (text: string): JsonFault | null => {
  let fault: JsonFault | null = null;
  const onError = (code: ParseErrorCode, offset: number, length: number, line: number, column: number) => {
    if (fault !== null) return;
    const name = printParseErrorCode(code);
    const reason =
      broken[name] ?? `${wanted[name] ?? "expected JSON"}, but found ${found(text, offset, length)}`;
    fault = { offset, line: line + 1, column: column + 1, reason };
  };
  try {
    visit(text, { onError }, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return fault;
};

const found = (text: string, offset: number, length: number): string =>
  offset >= text.length ? "the end" : JSON.stringify(text.slice(offset, offset + Math.min(length, 20)));
