import { SafeRegExp } from "./safe-regexp";

/**
 * A pattern in the syntax of Python's `re`, for texts of characters.
 *
 * @throws SyntaxError for what is none, and for conditional groups and characters by name
 */
export const pythonRegExp = (pattern: string): SafeRegExp => {
  const { source, ignoresCase } = new Translation(pattern).whole();
  return new SafeRegExp(source, ignoresCase ? "iu" : "u");
};

interface Flags {
  readonly a: boolean;
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

/** An open group: where it begins in the output, and what closes it. */
interface Open {
  readonly at: number;
  readonly close: string;
  readonly flags: Flags;
}

const word = (ascii: boolean) => (ascii ? "a-zA-Z0-9_" : "\\p{L}\\p{N}_");
const space = (ascii: boolean) => (ascii ? "\\t-\\r " : "\\p{White_Space}\\u{1c}-\\u{1f}");
const digit = (ascii: boolean) => (ascii ? "0-9" : "\\p{Nd}");
const atEnd = "(?![\\s\\S])";

/** Python's syntax, spelled for ECMAScript with the flag u. All groups get names, so that helpers may stand between. */
class Translation {
  readonly #pattern: string;
  readonly #out: string[] = [];
  readonly #opens: Open[] = [];
  readonly #names: string[] = [];
  #at = 0;
  /** Where in the output the last thing begins that can be repeated. */
  #atom = -1;
  #atomics = 0;
  #flags: Flags = { a: false, i: false, m: false, s: false, x: false };

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  whole(): { source: string; ignoresCase: boolean } {
    const inline = /^\(\?([aimsux]+)\)/.exec(this.#pattern);
    if (inline !== null) {
      this.#flags = withFlags(this.#flags, inline[1]!, true);
      this.#at = inline[0].length;
    }
    const { i: ignoresCase } = this.#flags;
    while (this.#at < this.#pattern.length) this.#next();
    if (this.#opens.length > 0) throw new SyntaxError("a group is not closed");
    return { source: this.#out.join(""), ignoresCase };
  }

  /** The part of the pattern here that an expression, which is sticky, matches. */
  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #emitAtom(text: string): void {
    this.#atom = this.#out.push(text) - 1;
  }

  #next(): void {
    const { x, s, m } = this.#flags;
    if (x && this.#take(/\s+|#[^\n]*/y)) return;
    const quantifier = this.#take(/[*+?]|\{(\d*),?(\d*)\}/y);
    if (quantifier !== null && quantifier[0] !== "{}" && quantifier[0] !== "{,}") {
      this.#quantify(quantifier[0]);
      return;
    }
    if (quantifier !== null) this.#at -= quantifier[0].length;
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    if (char === "(") this.#open();
    else if (char === ")") this.#close();
    else if (char === "[") this.#class();
    else if (char === "\\") this.#emitAtom(this.#escape(false));
    else {
      this.#at += char.length;
      if (char === "|") this.#out.push(char);
      else if (char === ".") this.#emitAtom(s ? "[\\s\\S]" : "[^\\n]");
      else if (char === "^") this.#emitAtom(m ? "(?<![^\\n])" : "(?<![\\s\\S])");
      else if (char === "$") this.#emitAtom(m ? `(?=\\n|${atEnd})` : `(?=\\n?${atEnd})`);
      else this.#emitAtom(/[{}\]/]/.test(char) ? `\\${char}` : char);
    }
  }

  #quantify(text: string): void {
    if (this.#atom < 0) throw new SyntaxError(`there is nothing that ${text} repeats`);
    const [atom] = [this.#out.splice(this.#atom).join("")];
    const mode = this.#take(/[?+]/y)?.[0];
    const spelled = `(?:${atom})${text.replace("{,", "{0,")}${mode === "?" ? "?" : ""}`;
    this.#out.push(mode === "+" ? this.#atomicOf(spelled) : spelled);
    this.#atom = -1;
  }

  #atomicOf(text: string): string {
    const name = `waveft_atomic_${this.#atomics++}`;
    return `(?=(?<${name}>${text}))\\k<${name}>`;
  }

  #open(): void {
    const open = (text: string, close = ")", flags = this.#flags) => {
      this.#opens.push({ at: this.#out.push(text) - 1, close, flags: this.#flags });
      this.#flags = flags;
      this.#atom = -1;
    };
    const special = this.#take(
      /\(\?(?:#[^)]*\)|P=(\w+)\)|P?<(\w+)>|(>|:|=|!|<=|<!)|([aimsxu]*)(?:-([imsx]+))?:)/y,
    );
    if (special === null) {
      if (this.#pattern.startsWith("(?", this.#at))
        throw new SyntaxError(`${this.#pattern.slice(this.#at, this.#at + 4)}… is not supported`);
      this.#at++;
      const name = `waveft_group_${this.#names.length + 1}`;
      this.#names.push(name);
      open(`(?<${name}>`);
      return;
    }
    const [, reference, name, kind, on, off] = special;
    if (reference !== undefined) this.#emitAtom(`\\k<${reference}>`);
    else if (name !== undefined) {
      this.#names.push(name);
      open(`(?<${name}>`);
    } else if (kind === ">") {
      const atomic = `waveft_atomic_${this.#atomics++}`;
      open(`(?=(?<${atomic}>`, `))\\k<${atomic}>`);
    } else if (kind !== undefined) open(`(?${kind}`);
    else if (on !== undefined) {
      const flags = withFlags(withFlags(this.#flags, on, true), off ?? "", false);
      open(flags.i === this.#flags.i ? "(?:" : flags.i ? "(?i:" : "(?-i:", ")", flags);
    }
  }

  #close(): void {
    const open = this.#opens.pop();
    if (open === undefined) throw new SyntaxError("a group is closed that was not opened");
    this.#at++;
    const inside = this.#out.splice(open.at).join("");
    this.#flags = open.flags;
    this.#emitAtom(inside + open.close);
  }

  #class(): void {
    let text = this.#take(/\[\^?/y)![0];
    if (this.#take(/\]/y)) text += "\\]";
    while (this.#take(/\]/y) === null) {
      if (this.#at >= this.#pattern.length) throw new SyntaxError("a class is not closed");
      text += this.#pattern[this.#at] === "\\" ? this.#escape(true) : this.#take(/[^\\]/uy)![0];
    }
    this.#emitAtom(`${text}]`);
  }

  #escape(inClass: boolean): string {
    const { a } = this.#flags;
    const number = this.#take(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(0[0-7]{0,2}|[1-3][0-7]{2}))/y,
    );
    if (number !== null) {
      const [, two, four, eight, octal] = number;
      const code =
        octal === undefined ? Number.parseInt(two ?? four ?? eight!, 16) : Number.parseInt(octal, 8);
      return `\\u{${code.toString(16)}}`;
    }
    const group = inClass ? null : this.#take(/\\([1-9]\d?)/y);
    if (group !== null) {
      const name = this.#names[Number(group[1]) - 1];
      if (name === undefined) throw new SyntaxError(`there is no group ${group[1]}`);
      return `\\k<${name}>`;
    }
    const found = this.#take(/\\([\s\S])/uy);
    if (found === null) throw new SyntaxError("it ends in a backslash");
    const char = found[1]!;
    const sets: Readonly<Record<string, string>> = { w: word(a), s: space(a), d: digit(a) };
    const lower = char.toLowerCase();
    if (Object.hasOwn(sets, lower)) {
      const set = sets[lower]!;
      if (char === lower) return inClass ? set : `[${set}]`;
      if (!inClass) return `[^${set}]`;
      return complement(lower, a);
    }
    if (inClass && char === "b") return "\\u{8}";
    const wordSet = `[${word(a)}]`;
    const assertions: Readonly<Record<string, string>> = {
      A: "(?<![\\s\\S])",
      Z: atEnd,
      b: `(?:(?<!${wordSet})(?=${wordSet})|(?<=${wordSet})(?!${wordSet}))`,
      B: `(?:(?<!${wordSet})(?!${wordSet})|(?<=${wordSet})(?=${wordSet}))`,
    };
    if (!inClass && Object.hasOwn(assertions, char)) return assertions[char]!;
    if ("fnrtv".includes(char)) return `\\${char}`;
    if (char === "a") return "\\u{7}";
    if (/[a-zA-Z0-9]/.test(char)) throw new SyntaxError(`\\${char} is no escape that is supported`);
    return /[$()*+./?[\\\]^{|}-]/.test(char) && (inClass || char !== "-") ? `\\${char}` : char;
  }
}

/** A negated set within a class: ECMAScript has one for digits only, the others are for ASCII texts. */
const complement = (kind: string, ascii: boolean): string => {
  if (kind === "d") return ascii ? "\\D" : "\\P{Nd}";
  if (kind === "s") return "\\S";
  return ascii ? "\\W" : "\\P{Alphabetic}";
};

const withFlags = (flags: Flags, names: string, value: boolean): Flags => ({
  ...flags,
  ...Object.fromEntries([...names].map((name) => [name, value])),
});
