import { Dropout, type LinearLayer, type MemberNames, type Tensor } from "@waveft/autograd";
import type { BackboneOptions } from "../backbone";
import type { ForwardPass } from "./forward-pass";
import { type LinearKind, linearLayer } from "./linear-layers";
import { NamedModule } from "./named-module";
import { type Norm, type NormSpec, normOf } from "./norms";
import { type HeadCounts, type QkvLayout, qkvLayouts } from "./qkv-layout";
import type { RotaryPositions } from "./rotary";

export interface AttentionSpec extends HeadCounts {
  /** Python's class. */
  readonly kind: string;
  /** Names of `q`, `k`, `v` (or `qkv`), `out`, `qNorm`, `kNorm`. */
  readonly names: MemberNames;
  /** Default `apart`. */
  readonly layout?: QkvLayout;
  readonly linear?: LinearKind;
  /** Of queries, keys and values (default true). */
  readonly bias?: boolean;
  /** Of the output (default `bias`). */
  readonly outBias?: boolean;
  /** Factor of the scores (default 1/√headDim). */
  readonly scale?: number;
  /** Norms of queries and keys: of each head, or of all heads together. */
  readonly qkNorm?: NormSpec & { readonly over: "head" | "all" };
  readonly rotary?: RotaryPositions | null;
  /** For each head, what a place nearer adds to the scores (ALiBi). */
  readonly slopes?: readonly number[];
  /** Places that a token sees, itself included; null: all. */
  readonly window?: number | null;
  readonly softCap?: number | null;
  /** Of the attention weights. */
  readonly dropout?: number;
}

/** Self-attention with its products: x flat, [tokens, width]. */
export class AttentionLayer extends NamedModule {
  readonly q: LinearLayer | null = null;
  readonly k: LinearLayer | null = null;
  readonly v: LinearLayer | null = null;
  readonly qkv: LinearLayer | null = null;
  readonly out: LinearLayer;
  readonly qNorm: Norm | null = null;
  readonly kNorm: Norm | null = null;
  readonly weightDropout: Dropout;
  readonly #spec: AttentionSpec;
  readonly #layer: number;

  constructor(spec: AttentionSpec, width: number, layer: number, { dtype, seed }: BackboneOptions) {
    super(spec.kind, spec.names);
    const { heads, kvHeads, headDim, linear = "linear", bias = true, outBias = bias, qkNorm } = spec;
    const from = (to: number) => linearLayer(linear, width, to, { bias, dtype });
    if ((spec.layout ?? "apart") === "apart") {
      this.q = from(heads * headDim);
      this.k = from(kvHeads * headDim);
      this.v = from(kvHeads * headDim);
    } else this.qkv = from((heads + 2 * kvHeads) * headDim);
    this.out = linearLayer(linear, heads * headDim, width, { bias: outBias, dtype });
    if (qkNorm !== undefined) {
      const { over, ...norm } = qkNorm;
      const size = (count: number) => (over === "head" ? headDim : count * headDim);
      this.qNorm = normOf(norm, size(heads), dtype);
      this.kNorm = normOf(norm, size(kvHeads), dtype);
    }
    this.weightDropout = new Dropout(spec.dropout ?? 0, seed);
    this.#spec = spec;
    this.#layer = layer;
  }

  forward(x: Tensor, pass: ForwardPass): Tensor {
    const {
      headDim,
      rotary = null,
      scale = headDim ** -0.5,
      softCap = null,
      window = null,
      slopes = null,
    } = this.#spec;
    const [q, k, v] = this.#products(x);
    const turned = (value: Tensor, norm: Norm | null) => pass.rotate(this.#byHead(value, norm, pass), rotary);
    const keyValues = { keys: turned(k, this.kNorm), values: pass.byHead(v, headDim) };
    const dropout = (weights: Tensor) => this.weightDropout.forward(weights);
    const options = { scale, softCap, window, slopes, dropout };
    return this.out.forward(pass.attend(this.#layer, turned(q, this.qNorm), keyValues, options));
  }

  #products(x: Tensor): [q: Tensor, k: Tensor, v: Tensor] {
    const { layout = "apart" } = this.#spec;
    if (layout === "apart") return [this.q!.forward(x), this.k!.forward(x), this.v!.forward(x)];
    return qkvLayouts[layout](this.qkv!.forward(x), this.#spec);
  }

  #byHead(x: Tensor, norm: Norm | null, pass: ForwardPass): Tensor {
    const { headDim, qkNorm } = this.#spec;
    if (norm === null) return pass.byHead(x, headDim);
    return qkNorm!.over === "all"
      ? pass.byHead(norm.forward(x), headDim)
      : norm.forward(pass.byHead(x, headDim));
  }
}
