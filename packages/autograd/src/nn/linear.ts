import type { DType } from "../dtype";
import { linear } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import { Module } from "./module";
import { asFloat32, parameterOfZeros } from "./storage";

/** A layer that maps [..., inFeatures] to [..., outFeatures]: what adapters attach to. */
export interface LinearLayer extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  forward(x: Tensor): Tensor;
}

/** y = x · weightᵀ + bias; weight [outFeatures, inFeatures], zeros until loaded or initialized. */
export class Linear extends Module implements LinearLayer {
  override readonly kind = "Linear";
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { bias?: boolean; dtype?: DType } = {},
  ) {
    super();
    const { bias = true, dtype = "float32" } = options;
    this.weight = parameterOfZeros([outFeatures, inFeatures], dtype);
    this.bias = bias ? parameterOfZeros([outFeatures], dtype) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, asFloat32(this.weight), this.bias === null ? null : asFloat32(this.bias));
  }

  // Kaiming's uniform law with slope √5, which torch takes, comes to these bounds.
  override reset(initializer: Initializer): void {
    const bound = this.inFeatures === 0 ? 0 : 1 / Math.sqrt(this.inFeatures);
    initializer.uniform(this.weight, bound);
    if (this.bias !== null) initializer.uniform(this.bias, bound);
  }
}
