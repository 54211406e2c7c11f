import type { DType } from "../dtype";
import { allocate } from "../dtype";
import { linear } from "../ops";
import { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { asFloat32 } from "./weight";

/** A layer that maps [..., inFeatures] to [..., outFeatures]: what adapters attach to. */
export interface LinearLayer extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  forward(x: Tensor): Tensor;
}

/** y = x · weightᵀ + bias; weight [outFeatures, inFeatures], zeros until loaded. */
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
    this.weight = zeros([outFeatures, inFeatures], dtype);
    this.bias = bias ? zeros([outFeatures], dtype) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, asFloat32(this.weight), this.bias === null ? null : asFloat32(this.bias));
  }
}

/** A parameter of zeros. */
export const zeros = (shape: readonly number[], dtype: DType = "float32"): Parameter =>
  new Parameter({
    data: allocate(
      dtype,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
    dtype,
  });
