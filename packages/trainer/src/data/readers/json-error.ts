/** Where JSON text stops being JSON. */
export interface JsonFault {
  /** Offset in UTF-16 units. */
  readonly offset: number;
  readonly line: number;
  /** In its line, from 1. */
  readonly column: number;
  readonly reason: string;
}

/**
 * Finds the first fault of a JSON text (RFC 8259), since the engine's own message names a position only sometimes.
 * Undefined if the text is sound. Nesting takes no call stack.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  const reason = scanner.document();
  if (reason === undefined) return undefined;
  const before = text.slice(0, scanner.offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let i = before.indexOf("\n"); i >= 0; i = before.indexOf("\n", i + 1)) line++;
  return { offset: scanner.offset, line, column: scanner.offset - lineStart + 1, reason };
}

const whitespace = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** All but the quote, the backslash and what is below the space. */
const plainCharacters = /[ !#-[\]-\uffff]*/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const literal = /true|false|null/y;

class Scanner {
  offset = 0;
  constructor(private readonly text: string) {}

  /** The reason for the fault at `offset`, or undefined. */
  document(): string | undefined {
    const open: ("[" | "{")[] = [];
    this.skip(whitespace);
    for (;;) {
      let fault = this.startValue(open);
      if (fault !== undefined) return fault;
      // After a whole value: close what closes, then go to the next value.
      for (;;) {
        this.skip(whitespace);
        const inside = open.at(-1);
        if (inside === undefined)
          return this.atEnd() ? undefined : `expected the end, but found ${this.found()}`;
        if (this.take(inside === "[" ? "]" : "}")) {
          open.pop();
          continue;
        }
        if (!this.take(","))
          return `expected "," or "${inside === "[" ? "]" : "}"}", but found ${this.found()}`;
        this.skip(whitespace);
        if (inside === "{") {
          fault = this.key();
          if (fault !== undefined) return fault;
        }
        break;
      }
    }
  }

  /** Reads up to the end of a scalar or an empty container, going down into full ones. */
  private startValue(open: ("[" | "{")[]): string | undefined {
    for (;;) {
      this.skip(whitespace);
      if (this.take("[")) {
        this.skip(whitespace);
        if (this.take("]")) return undefined;
        open.push("[");
      } else if (this.take("{")) {
        this.skip(whitespace);
        if (this.take("}")) return undefined;
        open.push("{");
        const fault = this.key();
        if (fault !== undefined) return fault;
      } else if (this.text[this.offset] === '"') return this.string();
      else if (this.skip(literal) || this.skip(number)) return undefined;
      else return `expected a value, but found ${this.found()}`;
    }
  }

  private key(): string | undefined {
    if (this.text[this.offset] !== '"') return `expected a key in double quotes, but found ${this.found()}`;
    const fault = this.string();
    if (fault !== undefined) return fault;
    this.skip(whitespace);
    return this.take(":") ? undefined : `expected ":" after the key, but found ${this.found()}`;
  }

  private string(): string | undefined {
    this.offset++;
    for (;;) {
      this.skip(plainCharacters);
      if (this.take('"')) return undefined;
      if (this.atEnd()) return "the text ends inside a string";
      if (this.skip(escapeSequence)) continue;
      return this.text[this.offset] === "\\"
        ? "unknown escape in a string"
        : `bare ${this.found()} in a string`;
    }
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const length = pattern.exec(this.text)?.[0].length ?? 0;
    this.offset += length;
    return length > 0;
  }

  private take(character: string): boolean {
    if (this.text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  private atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  private found(): string {
    const code = this.text.codePointAt(this.offset);
    if (code === undefined) return "the end";
    return code < 0x20 || code === 0x7f
      ? `the control character U+${code.toString(16).toUpperCase().padStart(4, "0")}`
      : JSON.stringify(String.fromCodePoint(code));
  }
}
