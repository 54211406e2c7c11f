import { type DType, Linear, type LinearLayer, Module, mul, type Tensor } from "@waveft/autograd";
import { type ActivationName, activations } from "./activations";

/** down(activation(gate(x)) · up(x)): the feed-forward block of LLaMA and its descendants. */
export class GatedFeedForward extends Module {
  gateProj: LinearLayer;
  upProj: LinearLayer;
  downProj: LinearLayer;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    override readonly kind: string,
    width: number,
    inner: number,
    options: { readonly activation: ActivationName; readonly bias: boolean; readonly dtype: DType },
  ) {
    super();
    this.gateProj = new Linear(width, inner, options);
    this.upProj = new Linear(width, inner, options);
    this.downProj = new Linear(inner, width, options);
    this.#activation = activations[options.activation];
  }

  forward(x: Tensor): Tensor {
    return this.downProj.forward(mul(this.#activation(this.gateProj.forward(x)), this.upProj.forward(x)));
  }
}
