import type { TokenizerJson } from "../tokenizer-json";
import { type AddedToken, AddedVocabulary } from "./added-vocabulary";
import { type Decoder, decoderOf } from "./decoders";
import { type Model, modelOf } from "./models";
import { normalizerOf } from "./normalizers";
import { Part } from "./part";
import { type PostProcessor, postProcessorOf } from "./post-processors";
import { type PreTokenizer, preTokenizerOf } from "./pre-tokenizers";

interface PipelineOptions {
  /** Special tokens within a text are text like any other. */
  readonly splitsSpecial?: boolean;
}

/**
 * What a `tokenizer.json` describes: added tokens are cut out of the text, the rest is normalised, split into
 * words, turned into ids by the model, and special tokens are put around. Results are those of Python's tokenizers.
 */
export class Pipeline {
  readonly #added: AddedVocabulary;
  readonly #split: PreTokenizer;
  readonly #model: Model;
  readonly #process: PostProcessor;
  readonly #join: Decoder;
  readonly #tokens = new Map<number, string>();

  /**
   * @param who what the file belongs to, for messages
   * @throws TransformersError for what is broken or not supported
   */
  constructor(who: string, json: TokenizerJson, { splitsSpecial = false }: PipelineOptions = {}) {
    const part = (key: "normalizer" | "pre_tokenizer" | "post_processor" | "decoder" | "model") =>
      json[key] === null || json[key] === undefined ? null : new Part(who, key, json[key]);
    this.#model = modelOf(new Part(who, "model", json.model));
    for (const [token, id] of this.#model.vocabulary) this.#tokens.set(id, token);
    this.#added = new AddedVocabulary(
      this.#model.vocabulary,
      normalizerOf(part("normalizer")),
      splitsSpecial,
    );
    this.#split = preTokenizerOf(part("pre_tokenizer"));
    this.#process = postProcessorOf(part("post_processor"));
    this.#join = decoderOf(part("decoder"));
    this.#added.add(addedTokens(who, json.added_tokens));
    // What cannot be put around a text is said at once.
    this.#process([], true);
  }

  /** Tokens of the model. */
  get vocabulary(): ReadonlyMap<string, number> {
    return this.#model.vocabulary;
  }

  /** Tokens of the model and added ones. */
  get length(): number {
    const added = this.#added.entries().filter(([, { content }]) => !this.vocabulary.has(content));
    return this.vocabulary.size + added.length;
  }

  /** Added tokens with their ids, by id. */
  addedTokens(): [number, AddedToken][] {
    return this.#added.entries();
  }

  add(tokens: Iterable<AddedToken>): void {
    this.#added.add(tokens);
  }

  /** Ids of a text, without special tokens around it. Halves of surrogate pairs count as U+FFFD. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const section of this.#added.sections(text.replace(/\p{Surrogate}/gu, "\ufffd"))) {
      if (typeof section === "number") ids.push(section);
      else
        for (const word of this.#split(section)) for (const id of this.#model.encode(word.text)) ids.push(id);
    }
    return ids;
  }

  /** A text's ids as the post-processor leaves them. */
  process(ids: readonly number[], addSpecialTokens: boolean): number[] {
    return this.#process(ids, addSpecialTokens);
  }

  /** Text of ids; such that no token has are left out. */
  decode(ids: readonly number[], skipSpecialTokens: boolean): string {
    const tokens = ids
      .map((id) => this.tokenOf(id))
      .filter((token) => token !== undefined)
      .filter((token) => !(skipSpecialTokens && this.#added.isSpecial(token)));
    return this.#join(tokens);
  }

  tokenOf(id: number): string | undefined {
    return this.#added.tokenOf(id) ?? this.#tokens.get(id);
  }

  idOf(token: string): number | undefined {
    return this.#added.idOf(token);
  }
}

const addedTokens = (who: string, json: readonly unknown[]): AddedToken[] =>
  json.map((token, i) => {
    const part = new Part(who, `added_tokens[${i}]`, token);
    const flag = (key: string, fallback = false) => part.flag(key, fallback);
    const special = flag("special");
    return {
      content: part.text("content"),
      single_word: flag("single_word"),
      lstrip: flag("lstrip"),
      rstrip: flag("rstrip"),
      normalized: flag("normalized", !special),
      special,
    };
  });
