import type { DType } from "../dtype";
import { linear } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import { Module } from "./module";
import { asFloat32, parameterOfZeros } from "./storage";

/** A layer's weight as one matrix of numbers in float32, float16 or bfloat16. */
export interface DenseWeight {
  /** [outFeatures, inFeatures]. */
  readonly parameter: Parameter;
  /** Whether it is stored as [inFeatures, outFeatures]. */
  readonly transposed: boolean;
}

/**
 * A layer that maps [..., inFeatures] to [..., outFeatures] linearly, but for a bias: what adapters attach to. How it
 * keeps its weight is its own affair.
 */
export interface LinearLayer extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** [outFeatures]; null, or absent, where there is none. */
  readonly bias?: Parameter | null;
  forward(x: Tensor): Tensor;
  /** Null, or absent, where the weight is not kept as a matrix that may be read and written, as in quantised layers. */
  denseWeight?(): DenseWeight | null;
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

  denseWeight(): DenseWeight {
    return { parameter: this.weight, transposed: false };
  }

  // Kaiming's uniform law with slope √5, which torch takes, comes to these bounds.
  override reset(initializer: Initializer): void {
    const bound = this.inFeatures === 0 ? 0 : 1 / Math.sqrt(this.inFeatures);
    initializer.uniform(this.weight, bound);
    if (this.bias !== null) initializer.uniform(this.bias, bound);
  }
}
