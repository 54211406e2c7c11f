import type { Normalizer, Piece } from "./normalizers";
import { spaceAtEnd, spaceAtStart } from "./normalizers";
import { wordCharacter } from "./pattern";

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  readonly content: string;
  /** Only where no word character stands beside it. */
  readonly single_word: boolean;
  /** Takes the white space before it. */
  readonly lstrip: boolean;
  /** Takes the white space behind it. */
  readonly rstrip: boolean;
  /** Looked for in normalised text, itself normalised. */
  readonly normalized: boolean;
  /** Left out by `skipSpecialTokens`. */
  readonly special: boolean;
}

/** A stretch of text for the model, or the id of an added token. */
export type Section = Piece | number;

export class AddedVocabulary {
  readonly #ids = new Map<string, number>();
  readonly #byId = new Map<number, AddedToken>();
  /** What is matched: the first token of a content, special ones first; its options are those of the last. */
  readonly #special = new Map<string, AddedToken>();
  readonly #plain = new Map<string, AddedToken>();
  /** Contents that were given as normalised at least once. */
  readonly #normalized = new Set<string>();
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #normalize: Normalizer;
  readonly #splitsSpecial: boolean;
  #next: number;
  #matchers: readonly [exact: Matcher, normalized: Matcher] | undefined;

  /** @param vocabulary the model's */
  constructor(vocabulary: ReadonlyMap<string, number>, normalize: Normalizer, splitsSpecial: boolean) {
    this.#splitsSpecial = splitsSpecial;
    this.#vocabulary = vocabulary;
    this.#normalize = normalize;
    this.#next = vocabulary.size;
  }

  /** A token of the model's vocabulary keeps its id, a new one gets the next. */
  add(tokens: Iterable<AddedToken>): void {
    for (const token of tokens) {
      const { content } = token;
      if (content === "") continue;
      if (token.special && !this.#special.has(content)) this.#special.set(content, token);
      if (token.normalized) this.#normalized.add(content);
      const id = this.idOf(content) ?? this.#next;
      this.#next = Math.max(this.#next, id + 1);
      this.#ids.set(content, id);
      this.#byId.set(id, token);
      if (!this.#special.has(content)) this.#plain.set(content, token);
    }
    this.#matchers = undefined;
  }

  /** Added tokens with their ids, by id. */
  entries(): [number, AddedToken][] {
    return [...this.#byId].sort(([a], [b]) => a - b);
  }

  idOf(content: string): number | undefined {
    return this.#ids.get(content) ?? this.#vocabulary.get(content);
  }

  /** A token as it was found in the text, so a normalised one in normal form. */
  tokenOf(id: number): string | undefined {
    const content = this.#byId.get(id)?.content;
    return content !== undefined && this.#normalized.has(content) ? this.#normalForm(content) : content;
  }

  isSpecial(content: string): boolean {
    return this.#special.has(content);
  }

  /** The text cut at added tokens, the rest normalised. */
  sections(text: string): Section[] {
    this.#matchers ??= this.#makeMatchers();
    const [exact, normalized] = this.#matchers;
    return this.#cut({ text, atStart: true }, exact).flatMap((section) =>
      typeof section === "number" ? section : this.#cut(this.#normalize(section), normalized),
    );
  }

  #makeMatchers(): [Matcher, Matcher] {
    const tokens = [...this.#special.values(), ...this.#plain.values()];
    const matcher = (list: readonly AddedToken[], spelling: (content: string) => string) =>
      new Matcher(list.map(({ content }) => [spelling(content), this.idOf(content)!]));
    return [
      matcher(
        tokens.filter(({ normalized }) => !normalized),
        (content) => content,
      ),
      matcher(
        // Of two that become the same, the later one counts.
        tokens.filter(({ normalized }) => normalized).reverse(),
        (content) => this.#normalForm(content),
      ),
    ];
  }

  #normalForm(content: string): string {
    return this.#normalize({ text: content, atStart: true }).text;
  }

  #cut({ text, atStart }: Piece, matcher: Matcher): Section[] {
    const sections: Section[] = [];
    const take = (start: number, end: number) => {
      if (start < end) sections.push({ text: text.slice(start, end), atStart: atStart && start === 0 });
    };
    let last = 0;
    for (const { start, end, id } of matcher.matches(text)) {
      const token = this.#byId.get(id)!;
      if (this.#splitsSpecial && this.#special.has(token.content)) continue;
      if (token.single_word && (endsInWord(text, start) || beginsWithWord(text, end))) continue;
      const from = token.lstrip ? Math.max(last, start - spaceAtEnd(text.slice(0, start))) : start;
      take(last, from);
      sections.push(id);
      last = token.rstrip ? end + spaceAtStart(text.slice(end)) : end;
    }
    take(last, text.length);
    return sections;
  }
}

const endsInWord = (text: string, end: number): boolean => {
  const size = end > 1 && /[\udc00-\udfff]/.test(text[end - 1]!) ? 2 : 1;
  return end > 0 && wordCharacter.test(text.slice(end - size, end));
};
const beginsWithWord = (text: string, start: number): boolean =>
  start < text.length && wordCharacter.test(String.fromCodePoint(text.codePointAt(start)!));

interface Found {
  readonly start: number;
  readonly end: number;
  readonly id: number;
}

/** Finds the longest of many words at each place, from left to right. */
class Matcher {
  /** In order of their units, each once. */
  readonly #words: readonly (readonly [word: string, id: number])[];
  /** Where the words that begin with a unit stand. */
  readonly #ranges = new Map<number, readonly [from: number, to: number]>();

  /** @param words the first of equal ones counts */
  constructor(words: readonly (readonly [word: string, id: number])[]) {
    const first = new Map<string, number>();
    for (const [word, id] of words) if (word !== "" && !first.has(word)) first.set(word, id);
    this.#words = [...first].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [i, [word]] of this.#words.entries()) {
      const unit = word.charCodeAt(0);
      this.#ranges.set(unit, [this.#ranges.get(unit)?.[0] ?? i, i + 1]);
    }
  }

  *matches(text: string): Generator<Found> {
    if (this.#words.length === 0) return;
    for (let at = 0; at < text.length; ) {
      const found = this.#longest(text, at);
      if (found !== undefined) yield found;
      at = found?.end ?? at + 1;
    }
  }

  #longest(text: string, start: number): Found | undefined {
    const range = this.#ranges.get(text.charCodeAt(start));
    if (range === undefined) return undefined;
    let [from, to] = range;
    let longest: Found | undefined;
    for (let length = 1; from < to; length++) {
      const [word, id] = this.#words[from]!;
      if (word.length === length) {
        longest = { start, end: start + length, id };
        from++;
      }
      if (start + length >= text.length) break;
      const unit = text.charCodeAt(start + length);
      from = this.#bound(from, to, length, unit);
      to = this.#bound(from, to, length, unit + 1);
    }
    return longest;
  }

  /** The first word of a range whose unit at a place is at least `unit`. */
  #bound(from: number, to: number, at: number, unit: number): number {
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#words[middle]![0].charCodeAt(at) < unit) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
