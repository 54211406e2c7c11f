import { constant } from "../define-op";
import type { DType } from "../dtype";
import { broadcastTo, layerNorm } from "../ops";
import type { Parameter } from "../parameter";
import type { Tensor } from "../tensor";
import { zeros } from "./linear";
import { Module } from "./module";
import { asFloat32 } from "./weight";

/** Normalises the last axis, of size `width`; weight and bias [width] unless `affine` is false. */
export class LayerNorm extends Module {
  override readonly kind = "LayerNorm";
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    readonly width: number,
    readonly options: { epsilon?: number; affine?: boolean; dtype?: DType } = {},
  ) {
    super();
    const { affine = true, dtype = "float32" } = options;
    this.weight = affine ? zeros([width], dtype) : null;
    this.bias = affine ? zeros([width], dtype) : null;
  }

  forward(x: Tensor): Tensor {
    const fill = (value: number) => broadcastTo(constant([value], []), [this.width]);
    const weight = this.weight === null ? fill(1) : asFloat32(this.weight);
    const bias = this.bias === null ? fill(0) : asFloat32(this.bias);
    return layerNorm(x, weight, bias, this.options.epsilon ?? 1e-5);
  }
}
