/** Many words, to find those that a text goes on with. Made by sorting, so that hundreds of thousands load quickly. */
export class WordList {
  /** In order of their units, each once. */
  readonly #words: readonly (readonly [word: string, id: number])[];
  /** Where the words that begin with a unit stand. */
  readonly #ranges = new Map<number, readonly [from: number, to: number]>();

  /** @param words with their ids; the first of equal ones counts, and empty ones do not */
  constructor(words: Iterable<readonly [word: string, id: number]>) {
    const first = new Map<string, number>();
    for (const [word, id] of words) if (word !== "" && !first.has(word)) first.set(word, id);
    this.#words = [...first].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [i, [word]] of this.#words.entries()) {
      const unit = word.charCodeAt(0);
      this.#ranges.set(unit, [this.#ranges.get(unit)?.[0] ?? i, i + 1]);
    }
  }

  get size(): number {
    return this.#words.length;
  }

  /** Calls `visit` for each word that stands at `start`, the shorter ones first. */
  at(text: string, start: number, visit: (end: number, id: number) => void): void {
    const range = this.#ranges.get(text.charCodeAt(start));
    if (range === undefined) return;
    let [from, to] = range;
    for (let end = start + 1; from < to; end++) {
      const [word, id] = this.#words[from]!;
      if (word.length === end - start) {
        visit(end, id);
        from++;
      }
      if (end >= text.length) return;
      const unit = text.charCodeAt(end);
      from = this.#bound(from, to, end - start, unit);
      to = this.#bound(from, to, end - start, unit + 1);
    }
  }

  /** The first word of a range whose unit at a place is at least `unit`. */
  #bound(from: number, to: number, at: number, unit: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#words[middle]![0].charCodeAt(at) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
