import { type Normalizer, type Piece, sliced, spaceAtEnd, spaceAtStart, wholeInput } from "./normalizers";
import { wordCharacter } from "./pattern";
import { WordList } from "./word-list";

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
  #words: readonly [exact: WordList, normalized: WordList] | undefined;

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
    this.#words = undefined;
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
    this.#words ??= this.#makeWords();
    const [exact, normalized] = this.#words;
    return this.#cut(wholeInput(text), exact).flatMap((section) =>
      typeof section === "number" ? section : this.#cut(this.#normalize(section), normalized),
    );
  }

  #makeWords(): [WordList, WordList] {
    const tokens = [...this.#special.values(), ...this.#plain.values()];
    const listOf = (list: readonly AddedToken[], spelling: (content: string) => string) =>
      new WordList(list.map(({ content }) => [spelling(content), this.idOf(content)!]));
    return [
      listOf(
        tokens.filter(({ normalized }) => !normalized),
        (content) => content,
      ),
      listOf(
        // Of two that become the same, the later one counts.
        tokens.filter(({ normalized }) => normalized).reverse(),
        (content) => this.#normalForm(content),
      ),
    ];
  }

  #normalForm(content: string): string {
    return this.#normalize(wholeInput(content)).text;
  }

  #cut(piece: Piece, words: WordList): Section[] {
    const { text } = piece;
    const sections: Section[] = [];
    const take = (start: number, end: number) => {
      if (start < end) sections.push(sliced(piece, start, end));
    };
    let last = 0;
    for (const { start, end, id } of longestWords(text, words)) {
      const token = this.#byId.get(id)!;
      if (this.#splitsSpecial && this.#special.has(token.content)) continue;
      if (token.single_word && (endsInWord(text, start) || beginsWithWord(text, end))) continue;
      const from = token.lstrip ? Math.max(last, start - spaceAtEnd(text.slice(0, start))) : start;
      const to = token.rstrip ? end + spaceAtStart(text.slice(end)) : end;
      take(last, from);
      // The token before may have taken all of it with its white space.
      if (from < to) sections.push(id);
      last = to;
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

/** The longest word at each place, from left to right. */
function* longestWords(text: string, words: WordList) {
  for (let start = 0; words.size > 0 && start < text.length; ) {
    let found: { start: number; end: number; id: number } | undefined;
    words.at(text, start, (end, id) => {
      found = { start, end, id };
    });
    if (found !== undefined) yield found;
    start = found?.end ?? start + 1;
  }
}
