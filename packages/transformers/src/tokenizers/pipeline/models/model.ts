/** Turns a word, a piece that pre-tokenisation left, into ids of its vocabulary. */
export interface Model {
  /** Token → id, as the file says. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** @throws TransformersError where the word is unknown and there is no token for that */
  encode(word: string): readonly number[];
}
