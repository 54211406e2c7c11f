import {
  add,
  asFloat32,
  type DType,
  type Initializer,
  LayerNorm,
  type Module,
  type Parameter,
  parameterOfZeros,
  RMSNorm,
  rmsNorm,
  type Tensor,
} from "@waveft/autograd";

/** How a layer norms. */
export interface NormSpec {
  /** `layer`: mean 0 and variance 1; `rms`: mean square 1; `rms1`: so, with 1 + weight as the factor (Gemma). */
  readonly kind: "layer" | "rms" | "rms1";
  readonly epsilon: number;
  /** Layer norm: whether there are a weight and a bias (default true). */
  readonly affine?: boolean;
  /** Layer norm: whether there is a bias beside the weight (default true). */
  readonly bias?: boolean;
}

export interface Norm extends Module {
  forward(x: Tensor): Tensor;
}

export const normOf = (spec: NormSpec, width: number, dtype: DType): Norm => {
  const { kind, ...options } = spec;
  if (kind === "layer") return new LayerNorm(width, { ...options, dtype });
  return kind === "rms"
    ? new RMSNorm(width, { ...options, dtype })
    : new OffsetRMSNorm(width, { ...options, dtype });
};

/** RMS norm by 1 + weight; the weight [width] starts as zeros. */
class OffsetRMSNorm extends RMSNorm {
  declare weight: Parameter;

  constructor(width: number, options: { epsilon: number; dtype: DType }) {
    super(width, options);
    this.weight = parameterOfZeros([width], options.dtype);
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, add(asFloat32(this.weight), 1), this.epsilon);
  }

  override reset(initializer: Initializer): void {
    initializer.constant(this.weight, 0);
  }
}
