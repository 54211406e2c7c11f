import { writeFileAtomic } from "@waveft/safetensors";
import { TransformersError } from "../errors";
import { node, translated } from "../io";
import { type BuiltTokenizer, buildTokenizer, type TokenizerFiles } from "./build";
import { modelType, Part, shown } from "./pipeline";
import { tokenizerClasses } from "./tokenizer-class";
import { BACKEND } from "./tokenizer-class-names";
import { type SpecialName, type SpecialTokens, specialNames, type TokenizerConfig } from "./tokenizer-json";

export interface EncodeOptions {
  /** Put bos, eos and the like around the text, as the tokenizer's files say. Default true. */
  readonly addSpecialTokens?: boolean;
  /** Cut to `maxLength` ids, special tokens included, which stay. Default false. */
  readonly truncation?: boolean;
  /** Default `modelMaxLength`. */
  readonly maxLength?: number;
}

export interface BatchOptions extends EncodeOptions {
  /** Pad to the longest text of the batch (`true`) or to `maxLength`. Default false. */
  readonly padding?: boolean | "longest" | "maxLength";
}

export interface BatchEncoding {
  /** One row of ids per text. */
  readonly inputIds: number[][];
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: number[][];
}

export interface DecodeOptions {
  /** Leave bos, eos, padding and other special tokens out. Default false. */
  readonly skipSpecialTokens?: boolean;
}

/** Above this a `model_max_length` means that there is none (Python writes 10³⁰). */
const noLimit = 1e20;

/** A tokenizer with Python's results: text to ids and back. Made by `AutoTokenizer.fromPretrained`. */
export class PreTrainedTokenizer {
  readonly name: string;
  /** Tokens of the model's vocabulary, added ones not counted. */
  readonly vocabSize: number;
  /** All tokens, added ones too: Python's `len(tokenizer)`. */
  readonly length: number;
  /** The longest input of the model in tokens; infinite when the files do not say. */
  modelMaxLength: number;
  paddingSide: "left" | "right";
  truncationSide: "left" | "right";

  readonly #built: BuiltTokenizer;
  readonly #config: TokenizerConfig;
  readonly #className: string;
  readonly #special: SpecialTokens;
  readonly #cleansUp: boolean;

  /** @throws TransformersError for what is broken or not supported */
  constructor(files: TokenizerFiles) {
    const { name, config, className } = files;
    this.name = name;
    this.#config = config;
    this.#className = className;
    this.#built = buildTokenizer(files);
    const { pipeline, special, json, paddingSide, truncationSide } = this.#built;
    this.#special = { ...special };
    this.vocabSize = pipeline.vocabulary.size;
    this.length = pipeline.length;
    const limit = config.model_max_length ?? config.max_len;
    this.modelMaxLength = typeof limit === "number" && limit < noLimit ? limit : Number.POSITIVE_INFINITY;
    this.paddingSide = paddingSide;
    this.truncationSide = truncationSide;
    // Python cleans spaces up only where the configuration says so, and never after BPE.
    const isBpe = modelType(new Part(name, "model", json.model)) === "BPE";
    this.#cleansUp = config.clean_up_tokenization_spaces === true && !isBpe;
  }

  get bosToken(): string | null {
    return this.#special.bos ?? null;
  }
  get eosToken(): string | null {
    return this.#special.eos ?? null;
  }
  get unkToken(): string | null {
    return this.#special.unk ?? null;
  }
  get padToken(): string | null {
    return this.#special.pad ?? null;
  }
  /** Any token of the vocabulary, usually `tokenizer.eosToken`. Throws `TransformersError` for another. */
  set padToken(token: string | null) {
    if (token === null) delete this.#special.pad;
    else if (this.#built.pipeline.idOf(token) === undefined) {
      throw new TransformersError(
        `${this.name}: the padding token ${JSON.stringify(token)} is not in the vocabulary`,
      );
    } else this.#special.pad = token;
  }

  get bosTokenId(): number | null {
    return this.#idOf("bos");
  }
  get eosTokenId(): number | null {
    return this.#idOf("eos");
  }
  get unkTokenId(): number | null {
    return this.#idOf("unk");
  }
  get padTokenId(): number | null {
    return this.#idOf("pad");
  }

  /** Ids of a text. Halves of surrogate pairs count as U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): number[] {
    if (typeof text !== "string")
      throw new TransformersError(`${this.name}: the text to encode is ${shown(text)}; it must be a string`);
    const { pipeline } = this.#built;
    const addsSpecial = options.addSpecialTokens !== false;
    const content = pipeline.encode(text);
    const room = this.#roomFor(pipeline.process([], addsSpecial).length, options);
    if (content.length <= room) return pipeline.process(content, addsSpecial);
    const kept =
      this.truncationSide === "left" ? content.slice(content.length - room) : content.slice(0, room);
    return pipeline.process(kept, addsSpecial);
  }

  /** Ids and attention masks of several texts, padded when asked. */
  batchEncode(texts: readonly string[], options: BatchOptions = {}): BatchEncoding {
    const rows = texts.map((text) => this.encode(text, options));
    const length = this.#paddedLength(rows, options);
    const pad = (row: readonly number[], value: number) => {
      const padding = new Array<number>(Math.max(0, length - row.length)).fill(value);
      return this.paddingSide === "left" ? [...padding, ...row] : [...row, ...padding];
    };
    return {
      inputIds: rows.map((row) => pad(row, this.padTokenId ?? 0)),
      attentionMask: rows.map((row) => pad(new Array<number>(row.length).fill(1), 0)),
    };
  }

  /** Text of ids. Ids outside the vocabulary are left out. */
  decode(ids: Iterable<number | bigint>, options: DecodeOptions = {}): string {
    const text = this.#built.pipeline.decode(Array.from(ids, Number), options.skipSpecialTokens === true);
    return this.#cleansUp ? withoutSpaces(text) : text;
  }

  batchDecode(rows: Iterable<Iterable<number | bigint>>, options: DecodeOptions = {}): string[] {
    return Array.from(rows, (ids) => this.decode(ids, options));
  }

  /** Id of one token as the vocabulary spells it; null when it is not there. */
  convertTokenToId(token: string): number | null {
    return this.#built.pipeline.idOf(token) ?? null;
  }

  convertIdToToken(id: number): string | null {
    return this.#built.pipeline.tokenOf(id) ?? null;
  }

  /**
   * Writes `tokenizer.json` and `tokenizer_config.json`, which Python's `AutoTokenizer` loads.
   * Rejects with a `TransformersError` when the folder cannot be written.
   */
  async savePretrained(folder: string): Promise<void> {
    const { fs, path } = node();
    const text = (value: unknown) => {
      // Python writes "no limit" as this integer, and a float in its place would be a float there.
      const json = JSON.stringify(value, null, 2).replace(
        '"model_max_length": 1e+30',
        '"model_max_length": 1000000000000000019884624838656',
      );
      return [new TextEncoder().encode(`${json}\n`)];
    };
    try {
      await fs.promises.mkdir(folder, { recursive: true });
    } catch (error) {
      throw new TransformersError(
        `${folder} cannot be made (${error instanceof Error ? error.message : error})`,
      );
    }
    await translated(async () => {
      await writeFileAtomic(path.join(folder, "tokenizer.json"), text(this.#built.json));
      await writeFileAtomic(path.join(folder, "tokenizer_config.json"), text(this.#savedConfig()));
    });
  }

  #savedConfig(): Record<string, unknown> {
    // What tokenizer.json already holds, or what names the place the files came from.
    const dropped = [
      "added_tokens_decoder",
      "special_tokens_map_file",
      "name_or_path",
      "tokenizer_file",
      "auto_map",
    ];
    const kept = Object.entries(this.#config).filter(([key]) => !dropped.includes(key));
    const named = specialNames.map((name) => [`${name}_token`, this.#special[name] ?? null] as const);
    return {
      ...Object.fromEntries(kept),
      ...Object.fromEntries(named.filter(([key, token]) => token !== null || key in this.#config)),
      model_max_length: Number.isFinite(this.modelMaxLength) ? this.modelMaxLength : 1e30,
      padding_side: this.paddingSide,
      truncation_side: this.truncationSide,
      tokenizer_class: this.#savedClass(),
    };
  }

  /** Without a `config.json` beside it, the class must say by itself how the tokenizer is built. */
  #savedClass(): string {
    if (this.#className !== BACKEND) return this.#className;
    const given = this.#config.tokenizer_class;
    const isBuiltByClass =
      typeof given === "string" && Object.hasOwn(tokenizerClasses, given.replace(/Fast$/, ""));
    return typeof given === "string" && !isBuiltByClass ? given : "PreTrainedTokenizerFast";
  }

  #idOf(name: SpecialName): number | null {
    const token = this.#special[name];
    return token === undefined ? null : this.convertTokenToId(token);
  }

  /** How many ids of the text itself may stay. */
  #roomFor(specialCount: number, { truncation, maxLength }: EncodeOptions): number {
    if (truncation !== true) return Number.POSITIVE_INFINITY;
    const limit = maxLength ?? this.modelMaxLength;
    if (
      limit !== Number.POSITIVE_INFINITY &&
      (!Number.isSafeInteger(limit) || limit < Math.max(1, specialCount))
    ) {
      throw new TransformersError(
        `${this.name}: maxLength is ${limit}; it must be an integer of at least ${Math.max(1, specialCount)}, the room for the special tokens`,
      );
    }
    return limit - specialCount;
  }

  #paddedLength(rows: readonly number[][], { padding, maxLength }: BatchOptions): number {
    if (!padding) return 0;
    if (this.padTokenId === null) {
      throw new TransformersError(
        `${this.name}: the tokenizer has no padding token; set one first, for example tokenizer.padToken = tokenizer.eosToken`,
      );
    }
    const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
    if (padding !== "maxLength") return longest;
    const limit = maxLength ?? this.modelMaxLength;
    return Number.isFinite(limit) ? limit : longest;
  }
}

/** English without the blanks that stand between tokens. */
const withoutSpaces = (text: string): string =>
  text
    .replace(/ ([.?!,])/g, "$1")
    .replaceAll(" ' ", "'")
    .replace(/ (n't|'m|'s|'ve|'re)/g, "$1");
