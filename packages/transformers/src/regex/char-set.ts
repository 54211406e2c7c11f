/** A set of characters, asked for by code point. */
export interface CharSet {
  has(codePoint: number): boolean;
}

const [UNKNOWN, NO, YES] = [0, 1, 2];
const PAGE = 256;

/**
 * The characters that a class of a regular expression matches, as JavaScript's own engine says; each is asked
 * once.
 */
class RegExpSet implements CharSet {
  readonly #one: RegExp;
  readonly #pages: (Uint8Array | undefined)[] = [];

  constructor(source: string, flags: string) {
    this.#one = new RegExp(`^(?:${source})$`, flags);
  }

  has(codePoint: number): boolean {
    this.#pages[codePoint >> 8] ??= new Uint8Array(PAGE);
    const page = this.#pages[codePoint >> 8]!;
    const known = page[codePoint & 255]!;
    if (known !== UNKNOWN) return known === YES;
    const holds = this.#one.test(String.fromCodePoint(codePoint));
    page[codePoint & 255] = holds ? YES : NO;
    return holds;
  }
}

const sets = new Map<string, CharSet>();

/** @throws SyntaxError for a class that JavaScript does not know */
export const charSet = (source: string, flags: string): CharSet => {
  const key = `${flags}/${source}`;
  let set = sets.get(key);
  if (set === undefined) {
    set = new RegExpSet(source, flags);
    if (sets.size >= 256) sets.clear();
    sets.set(key, set);
  }
  return set;
};
