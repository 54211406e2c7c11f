import {
  add,
  constant,
  Dropout,
  type DType,
  Embedding,
  gather,
  Linear,
  type LinearLayer,
  type MemberNames,
  Module,
  mul,
  reshape,
  type Tensor,
  tanh,
} from "@waveft/autograd";
import type { TextConfig } from "../../config";
import type { Backbone, BackboneOptions, HiddenStates } from "../backbone";
import type { TokenInputs } from "../inputs";
import { ForwardPass } from "./forward-pass";
import { NamedModule } from "./named-module";
import { type Norm, type NormSpec, normOf } from "./norms";
import { type BlockSpec, TransformerBlock } from "./transformer-block";

export interface EmbeddingSpec {
  /** Width of the token embeddings; where it is not that of the blocks, projections without bias lead in and out. */
  readonly width?: number;
  /** Whether the padding token gets no gradient (default true). */
  readonly hasPaddingRow?: boolean;
  /** Learned positions: rows that the table has before the first one. */
  readonly positionOffset?: number;
  /** Kinds of text that a token may belong to, each with a row of its own. */
  readonly tokenTypes?: number;
  /** Factor of the token embeddings. */
  readonly scale?: number;
  readonly norm?: NormSpec;
  readonly dropout?: number;
}

/** Blocks over embedded tokens. */
export interface StackSpec {
  /** Python's class. */
  readonly kind: string;
  /**
   * Names of `tokens` and `layers`, and of what there is of `positions`, `tokenTypes`, `embeddingNorm`, `norm`,
   * `projectIn`, `projectOut` and `pooler`.
   */
  readonly names: MemberNames;
  /** Of the blocks. */
  readonly width: number;
  readonly embeddings: EmbeddingSpec;
  /** The blocks, in their order. */
  readonly blocks: readonly BlockSpec[];
  /** The norm behind the last block. */
  readonly norm: NormSpec | null;
  /** Whether tokens see only those before them (default true). */
  readonly causal?: boolean;
  /** Python's class of the layer that makes what classifiers of a whole text take of a token; absent: there is none. */
  readonly pooler?: string;
}

/** The same block for every layer. */
export const repeated = (count: number, block: (layer: number) => BlockSpec): BlockSpec[] =>
  Array.from({ length: count }, (_, layer) => block(layer));

/** The transformer that most architectures are: described, not written. */
export class TransformerStack extends NamedModule implements Backbone {
  readonly width: number;
  readonly tokens: Embedding;
  readonly positions: Embedding | null = null;
  readonly tokenTypes: Embedding | null = null;
  readonly projectOut: LinearLayer | null = null;
  readonly projectIn: LinearLayer | null = null;
  readonly embeddingNorm: Norm | null = null;
  readonly embeddingDropout: Dropout;
  readonly layers: TransformerBlock[];
  readonly norm: Norm | null;
  readonly pooler: Pooler | null = null;
  readonly #spec: StackSpec;

  constructor(spec: StackSpec, config: TextConfig, options: BackboneOptions) {
    super(spec.kind, spec.names);
    const { width, embeddings } = spec;
    const { dtype, seed } = options;
    const { hasPaddingRow = true, positionOffset, tokenTypes } = embeddings;
    const padding = hasPaddingRow && config.padTokenId !== null ? { paddingIndex: config.padTokenId } : {};
    this.width = embeddings.width ?? width;
    this.tokens = new Embedding(config.vocabSize, this.width, { dtype, ...padding });
    if (positionOffset !== undefined)
      this.positions = new Embedding(config.maxPositionEmbeddings + positionOffset, width, { dtype });
    if (tokenTypes !== undefined) this.tokenTypes = new Embedding(tokenTypes, width, { dtype });
    if (this.width !== width) {
      this.projectIn = new Linear(this.width, width, { bias: false, dtype });
      this.projectOut = new Linear(width, this.width, { bias: false, dtype });
    }
    if (embeddings.norm !== undefined) this.embeddingNorm = normOf(embeddings.norm, width, dtype);
    this.embeddingDropout = new Dropout(embeddings.dropout ?? 0, seed);
    this.layers = spec.blocks.map((block, layer) => new TransformerBlock(block, width, layer, options));
    this.norm = spec.norm === null ? null : normOf(spec.norm, width, dtype);
    if (spec.pooler !== undefined) this.pooler = new Pooler(spec.pooler, width, dtype);
    this.#spec = spec;
  }

  forward(inputs: TokenInputs): HiddenStates {
    const { logitsAt } = inputs;
    const pass = new ForwardPass(inputs, { causal: this.#spec.causal ?? true });
    const blocks = this.layers.reduce((x, layer) => layer.forward(x, pass), this.#embedded(inputs));
    // What follows acts on each token alone: only those that are asked for.
    const wanted = logitsAt === undefined ? blocks : gather(blocks, logitsAt);
    const normed = this.norm?.forward(wanted) ?? wanted;
    return { hidden: this.projectOut?.forward(normed) ?? normed, present: pass.present };
  }

  /** What classifiers of a whole text take of a token's hidden state. */
  pool(hidden: Tensor): Tensor {
    return this.pooler?.forward(hidden) ?? hidden;
  }

  getInputEmbeddings(): Embedding {
    return this.tokens;
  }

  #embedded({ inputIds, positionIds, tokenTypeIds }: TokenInputs): Tensor {
    const { scale = 1, positionOffset = 0 } = this.#spec.embeddings;
    const flat = (ids: Tensor) => reshape(ids, [ids.size]);
    const rows = this.tokens.forward(flat(inputIds));
    const scaled = scale === 1 ? rows : mul(rows, scale);
    const projected = this.projectIn?.forward(scaled) ?? scaled;
    const types = tokenTypeIds === undefined ? constant(new Int32Array(1), [1]) : flat(tokenTypeIds);
    const typed = this.tokenTypes === null ? projected : add(projected, this.tokenTypes.forward(types));
    const places = positionOffset === 0 ? flat(positionIds) : add(flat(positionIds), positionOffset);
    const placed = this.positions === null ? typed : add(typed, this.positions.forward(places));
    return this.embeddingDropout.forward(this.embeddingNorm?.forward(placed) ?? placed);
  }
}

/** tanh(dense x). */
class Pooler extends Module {
  readonly dense: LinearLayer;

  constructor(
    override readonly kind: string,
    width: number,
    dtype: DType,
  ) {
    super();
    this.dense = new Linear(width, width, { dtype });
  }

  forward(x: Tensor): Tensor {
    return tanh(this.dense.forward(x));
  }
}
