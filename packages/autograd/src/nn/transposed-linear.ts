import type { DType } from "../dtype";
import { AutogradError } from "../errors";
import { add, matmul, reshape } from "../ops";
import type { Parameter } from "../parameter";
import { showShape, sizeOf } from "../shape";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import type { DenseWeight, LinearLayer } from "./linear";
import { Module } from "./module";
import { asFloat32, parameterOfZeros } from "./storage";

/**
 * y = x · weight + bias; weight [inFeatures, outFeatures], zeros until loaded or initialized. GPT-2's checkpoints
 * store linear layers so; transformers calls it Conv1D.
 */
export class TransposedLinear extends Module implements LinearLayer {
  override readonly kind = "TransposedLinear";
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { bias?: boolean; dtype?: DType } = {},
  ) {
    super();
    const { bias = true, dtype = "float32" } = options;
    this.weight = parameterOfZeros([inFeatures, outFeatures], dtype);
    this.bias = bias ? parameterOfZeros([outFeatures], dtype) : null;
  }

  forward(x: Tensor): Tensor {
    const { inFeatures, outFeatures } = this;
    if (x.shape.at(-1) !== inFeatures)
      throw new AutogradError(
        `TransposedLinear: x is ${x.dtype}${showShape(x.shape)}; takes float32 [..., ${inFeatures}]`,
      );
    const leading = x.shape.slice(0, -1);
    // One product of two matrices: batches of them would give a gradient of the weight for each.
    const rows = reshape(x, [sizeOf(leading), inFeatures]);
    const product = matmul(rows, asFloat32(this.weight));
    const y = this.bias === null ? product : add(product, asFloat32(this.bias));
    return reshape(y, [...leading, outFeatures]);
  }

  denseWeight(): DenseWeight {
    return { parameter: this.weight, transposed: true };
  }

  override reset(initializer: Initializer): void {
    initializer.normal(this.weight, 0.02);
    if (this.bias !== null) initializer.constant(this.bias, 0);
  }
}
