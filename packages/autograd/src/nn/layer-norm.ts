import type { DType } from "../dtype";
import { AutogradError } from "../errors";
import { layerNorm } from "../ops";
import type { Parameter } from "../parameter";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import { Module } from "./module";
import { asFloat32, parameterOfOnes, parameterOfZeros } from "./storage";

export interface LayerNormOptions {
  /** Added to the variance (default 1e-5). */
  epsilon?: number;
  /** Whether there are a weight and a bias (default true). */
  affine?: boolean;
  /** Whether there is a bias beside the weight (default `affine`). */
  bias?: boolean;
  dtype?: DType;
}

/** Normalises the last axis, of size `width`, to mean 0 and variance 1; weight (ones) and bias (zeros) [width]. */
export class LayerNorm extends Module {
  override readonly kind = "LayerNorm";
  weight: Parameter | null;
  bias: Parameter | null;
  readonly epsilon: number;

  constructor(
    readonly width: number,
    options: LayerNormOptions = {},
  ) {
    super();
    const { epsilon = 1e-5, affine = true, bias = true, dtype } = options;
    this.weight = affine ? parameterOfOnes([width], dtype) : null;
    this.bias = affine && bias ? parameterOfZeros([width], dtype) : null;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    checkWidth(this, x);
    const [weight, bias] = [this.weight, this.bias].map((value) =>
      value === null ? null : asFloat32(value),
    );
    return layerNorm(x, weight, bias, this.epsilon);
  }

  override reset(initializer: Initializer): void {
    if (this.weight !== null) initializer.constant(this.weight, 1);
    if (this.bias !== null) initializer.constant(this.bias, 0);
  }
}

/** Without a weight nothing else would tell a wrong axis. */
export const checkWidth = (
  { kind, width }: { kind: string; width: number },
  { dtype, shape }: Tensor,
): void => {
  if (shape.at(-1) !== width)
    throw new AutogradError(`${kind}: x is ${dtype}${showShape(shape)}; takes float32 [..., ${width}]`);
};
