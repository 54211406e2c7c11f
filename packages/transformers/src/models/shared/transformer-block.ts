import { add, checkpoint, Dropout, type MemberNames, mul, type Tensor } from "@waveft/autograd";
import type { BackboneOptions } from "../backbone";
import { AttentionLayer, type AttentionSpec } from "./attention-layer";
import { FeedForward, type FeedForwardSpec } from "./feed-forward";
import type { ForwardPass } from "./forward-pass";
import { NamedModule } from "./named-module";
import { type Norm, type NormSpec, normOf } from "./norms";

/**
 * Where norms stand, with the branches A (attention) and F (feed-forward):
 *
 * - `before`: x + A(norm x), then x + F(norm x)
 * - `after`: norm(x + A x), then norm(x + F x)
 * - `output`: x + norm(A x), then x + norm(F x)
 * - `around`: x + norm(A(norm x)), then x + norm(F(norm x))
 * - `parallel`: x + A(norm x) + F(norm x), one norm for both
 * - `parallelApart`: so, a norm for each
 */
export type NormPlacement = "before" | "after" | "output" | "around" | "parallel" | "parallelApart";

/** One block of a stack of transformer layers. */
export interface BlockSpec {
  /** Python's class. */
  readonly kind: string;
  /**
   * Names of `attention`, `feedForward`, `attentionNorm`, `feedForwardNorm`, and where norms stand around the branches
   * `attentionOutputNorm` and `feedForwardOutputNorm`.
   */
  readonly names: MemberNames;
  readonly norm: NormSpec;
  /** Default `before`. */
  readonly placement?: NormPlacement;
  readonly attention: AttentionSpec;
  readonly feedForward: FeedForwardSpec;
  /** Of what the branches give. */
  readonly dropout?: number;
  /** Factor of what the branches give (default 1). */
  readonly residualScale?: number;
}

export class TransformerBlock extends NamedModule {
  readonly attention: AttentionLayer;
  readonly feedForward: FeedForward;
  readonly attentionNorm: Norm | null = null;
  readonly feedForwardNorm: Norm | null = null;
  readonly attentionOutputNorm: Norm | null = null;
  readonly feedForwardOutputNorm: Norm | null = null;
  readonly attentionDropout: Dropout;
  readonly feedForwardDropout: Dropout;
  readonly #spec: BlockSpec;
  readonly #recomputes: () => boolean;

  constructor(spec: BlockSpec, width: number, layer: number, options: BackboneOptions) {
    super(spec.kind, spec.names);
    const { placement = "before", norm, dropout = 0 } = spec;
    const newNorm = () => normOf(norm, width, options.dtype);
    this.attention = new AttentionLayer(spec.attention, width, layer, options);
    this.feedForward = new FeedForward(spec.feedForward, width, options);
    if (placement !== "output") this.attentionNorm = newNorm();
    if (placement !== "output" && placement !== "parallel") this.feedForwardNorm = newNorm();
    if (placement === "output" || placement === "around") {
      this.attentionOutputNorm = newNorm();
      this.feedForwardOutputNorm = newNorm();
    }
    this.attentionDropout = new Dropout(dropout, options.seed);
    this.feedForwardDropout = new Dropout(dropout, options.seed);
    this.#spec = spec;
    this.#recomputes = options.recomputes;
  }

  /** Whether the values inside are computed again in the backward pass. */
  get recomputes(): boolean {
    return this.training && this.#recomputes();
  }

  override get structure(): string {
    return this.recomputes ? "recomputed" : "";
  }

  forward(x: Tensor, pass: ForwardPass): Tensor {
    return this.recomputes ? checkpoint((again: Tensor) => this.#pass(again, pass), x) : this.#pass(x, pass);
  }

  #pass(x: Tensor, pass: ForwardPass): Tensor {
    const { placement = "before" } = this.#spec;
    const attend = (h: Tensor) =>
      this.#scaled(this.attentionDropout.forward(this.attention.forward(h, pass)));
    const feed = (h: Tensor) => this.#scaled(this.feedForwardDropout.forward(this.feedForward.forward(h)));
    if (placement === "parallel" || placement === "parallelApart") {
      const normed = this.attentionNorm!.forward(x);
      const other = this.feedForwardNorm?.forward(x) ?? normed;
      return add(add(attend(normed), feed(other)), x);
    }
    if (placement === "after") {
      const attended = this.attentionNorm!.forward(add(x, attend(x)));
      return this.feedForwardNorm!.forward(add(attended, feed(attended)));
    }
    const normed = (norm: Norm | null, h: Tensor) => norm?.forward(h) ?? h;
    const branch = attend(normed(this.attentionNorm, x));
    const attended = add(x, normed(this.attentionOutputNorm, branch));
    return add(attended, normed(this.feedForwardOutputNorm, feed(normed(this.feedForwardNorm, attended))));
  }

  #scaled(branch: Tensor): Tensor {
    const { residualScale = 1 } = this.#spec;
    return residualScale === 1 ? branch : mul(branch, residualScale);
  }
}
