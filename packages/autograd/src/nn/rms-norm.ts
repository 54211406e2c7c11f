import type { DType } from "../dtype";
import { rmsNorm } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import type { Initializer } from "./initializer";
import { checkWidth } from "./layer-norm";
import { Module } from "./module";
import { asFloat32, parameterOfOnes } from "./storage";

export interface RMSNormOptions {
  /** Added to the mean square (default 1e-6). */
  epsilon?: number;
  /** Whether there is a weight (default true). */
  affine?: boolean;
  dtype?: DType;
}

/** Divides the last axis, of size `width`, by the root of its mean square; weight (ones) [width]. */
export class RMSNorm extends Module {
  override readonly kind = "RMSNorm";
  weight: Parameter | null;
  readonly epsilon: number;

  constructor(
    readonly width: number,
    options: RMSNormOptions = {},
  ) {
    super();
    const { epsilon = 1e-6, affine = true, dtype } = options;
    this.weight = affine ? parameterOfOnes([width], dtype) : null;
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    checkWidth(this, x);
    return rmsNorm(x, this.weight === null ? null : asFloat32(this.weight), this.epsilon);
  }

  override reset(initializer: Initializer): void {
    if (this.weight !== null) initializer.constant(this.weight, 1);
  }
}
