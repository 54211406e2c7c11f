import { type LinearLayer, type MemberNames, mul, split, type Tensor } from "@waveft/autograd";
import type { BackboneOptions } from "../backbone";
import { type ActivationName, activations } from "./activations";
import { type LinearKind, linearLayer } from "./linear-layers";
import { NamedModule } from "./named-module";

export interface FeedForwardSpec {
  /** Python's class. */
  readonly kind: string;
  /** Names of `gate`, `up` (or `gateUp`) and `down`. */
  readonly names: MemberNames;
  readonly inner: number;
  readonly activation: ActivationName;
  /** What the activation acts on: the one product; a gate beside it; a gate that the one product gives first. */
  readonly gate?: "none" | "apart" | "fused";
  readonly linear?: LinearKind;
  /** Default true. */
  readonly bias?: boolean;
}

/** down(activation(up x)), or down(activation(gate x) · up x): x flat, [tokens, width]. */
export class FeedForward extends NamedModule {
  readonly gate: LinearLayer | null = null;
  readonly up: LinearLayer | null = null;
  readonly gateUp: LinearLayer | null = null;
  readonly down: LinearLayer;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(spec: FeedForwardSpec, width: number, { dtype }: BackboneOptions) {
    super(spec.kind, spec.names);
    const { inner, gate = "none", linear = "linear", bias = true } = spec;
    const from = (to: number) => linearLayer(linear, width, to, { bias, dtype });
    if (gate === "apart") this.gate = from(inner);
    if (gate === "fused") this.gateUp = from(2 * inner);
    else this.up = from(inner);
    this.down = linearLayer(linear, inner, width, { bias, dtype });
    this.#activation = activations[spec.activation];
  }

  forward(x: Tensor): Tensor {
    const [gate, up] =
      this.gateUp === null
        ? [this.gate?.forward(x), this.up!.forward(x)]
        : split(this.gateUp.forward(x), 2, -1);
    return this.down.forward(gate === undefined ? this.#activation(up!) : mul(this.#activation(gate), up!));
  }
}
